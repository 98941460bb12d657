/* rcluster-supervisor: keeps one R worker running and answers for it.
 *
 * R knows nothing of signals, threads or heartbeats. The supervisor tells Redis
 * that the worker lives, gives its task back when R dies, ends R when its task
 * is cancelled or takes too long, drains on SIGTERM, and looks after what dead
 * workers and coordinators left behind.
 *
 * usage: rcluster-supervisor LUA_DIRECTORY QUEUE GRACE_SECONDS COMMAND...
 */
#include "child.h"
#include "clock.h"
#include "describe.h"
#include "held.h"
#include "janitor.h"
#include "log.h"
#include "queue.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds that a cancelled task has between SIGINT and SIGKILL. */
#define INTERRUPT_PATIENCE 10.0
/* Seconds between two tries to reach Redis. */
#define RETRY 0.3

static volatile sig_atomic_t terminated;

static void on_terminate(int signal_number) {
  (void)signal_number;
  terminated = 1;
}

static void on_child(int signal_number) { (void)signal_number; }

typedef struct {
  double cancelled; /* since when, or 0 */
  char failure[RC_TEXT];
  char member[RC_TEXT * 2]; /* that failed */
} verdict;

/* A block of a stock doRedis coordinator, whose keys are "start\nalive": says
 * that it is being worked on. Returns whether it is still wanted. */
static int keep_stock_alive(const char *keys) {
  const char *split = strchr(keys, '\n');
  if (!split) return 1;
  redisReply *reply = checked(
      redisCommand(redis, "EXISTS %b", keys, (size_t)(split - keys)), "EXISTS");
  int wanted = !reply || reply->integer == 1;
  if (reply) freeReplyObject(reply);
  if (!reply || !wanted) return wanted;
  long seconds = lease_ms > 10000 ? lease_ms / 1000 : 10;
  reply = checked(redisCommand(redis, "SET %s OK EX %ld", split + 1, seconds),
                  "SET");
  if (reply) freeReplyObject(reply);
  return 1;
}

/* One sign of life; acts on what Redis says of the task. Returns whether a
 * draining worker holds nothing any more. */
static int send_beat(verdict *v) {
  char lease[24], description[RC_TEXT * 2];
  snprintf(lease, sizeof lease, "%ld", lease_ms);
  describe_worker(description, sizeof description);
  const char *argv[] = {worker, lease, client_id, description};
  if (have_redis() != 0) return 0;
  redisReply *reply = call(&beat, "", 4, argv);
  if (!reply || reply->elements != 3) return 0;
  const char *action = reply->element[0]->str;
  int drained = strcmp(action, "drained") == 0;
  int unwanted = strcmp(action, "stock") == 0 &&
                 !keep_stock_alive(reply->element[1]->str);
  int cancelled = strcmp(action, "cancel") == 0;
  double held = (double)reply->element[2]->integer / 1000;
  /* The one before ended, and this is another task. */
  if (cancelled && v->cancelled && held < monotonic() - v->cancelled - 1)
    v->cancelled = 0;
  if (unwanted || cancelled) {
    if (!v->cancelled) {
      v->cancelled = monotonic();
      kill_r(SIGINT);
    } else if (monotonic() - v->cancelled > INTERRUPT_PATIENCE) {
      kill_r(SIGKILL);
    }
  } else {
    v->cancelled = 0;
  }
  if (strcmp(action, "timeout") == 0) {
    snprintf(v->member, sizeof v->member, "%s", reply->element[1]->str);
    snprintf(v->failure, sizeof v->failure, "it ran out of time after %.0f s",
             (double)reply->element[2]->integer / 1000);
    kill_r(SIGKILL);
  }
  freeReplyObject(reply);
  return drained;
}

/* One life of R. Returns once its task is given back. */
static void supervise(char **command_line, double grace) {
  double interval = (double)lease_ms / 10000, next = 0, next_look = 0;
  double deadline = 0, started = monotonic();
  verdict v = {0, "", ""};
  long kills = memory_kills();
  int status = 0, draining = 0;
  start_r(command_line);

  while (waitpid(child, &status, WNOHANG) != child) {
    if (terminated && !deadline) {
      deadline = monotonic() + grace;
      next = 0;
    }
    if (monotonic() >= next) {
      if (terminated) {
        redisReply *reply = command("SADD %s %s", "drain", worker);
        draining = reply != NULL;
        if (reply) freeReplyObject(reply);
      }
      if (send_beat(&v) && draining) kill_r(SIGKILL);
      double pause = deadline ? 0.1 : redis ? interval : RETRY;
      next = monotonic() + (pause < interval ? pause : interval);
    }
    if (redis && !draining && monotonic() >= next_look)
      next_look = monotonic() + look_around();
    if (deadline && monotonic() > deadline) kill_r(SIGKILL);
    double until = next < next_look || !redis ? next : next_look;
    double pause = until - monotonic();
    /* A new connection has to be known before the old one is missed. */
    if (wait_or_lose(pause < 0.2 ? pause : 0.2)) next = 0;
  }

  char detail[RC_TEXT];
  explain_death(detail, sizeof detail, status, kills);
  const char *mode = "died";
  if (terminated || v.cancelled) mode = "lost";
  if (v.failure[0]) {
    mode = "failed";
    snprintf(detail, sizeof detail, "%s", v.failure);
  }
  if (!terminated) say("%s; starting it again", detail);
  while (give_back(worker, mode, detail, v.failure[0] ? v.member : NULL) != 0) {
    if (deadline && monotonic() > deadline + 1.5) break;
    wait_or_lose(0.2);
  }
  clear_held();
  if (!terminated && monotonic() - started < 2) wait_or_lose(1);
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: rcluster-supervisor LUA_DIRECTORY QUEUE "
                    "GRACE_SECONDS COMMAND...\n");
    return 2;
  }
  queue = argv[2];
  double grace = atof(argv[3]) - 2;
  if (grace < 0.5) grace = 0.5;
  const char *lease = getenv("RCLUSTER_LEASE");
  if (lease && atof(lease) > 0) lease_ms = (long)(atof(lease) * 1000);
  read_versions(argv[1]);
  const char *missing = read_scripts(argv[1]);
  if (missing) {
    fprintf(stderr, "rcluster: cannot read %s/%s.lua\n", argv[1], missing);
    return 2;
  }
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_terminate;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  action.sa_handler = on_child;
  sigaction(SIGCHLD, &action, NULL);
  signal(SIGPIPE, SIG_IGN);

  while (!terminated && blame_held() != 0) wait_or_lose(0.2);
  while (!terminated) supervise(argv + 4, grace);
  disconnect();
  return 0;
}
