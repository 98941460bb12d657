/* rcluster-supervisor: keeps one R worker running and answers for it.
 *
 * R knows nothing of signals, threads or heartbeats. The supervisor tells Redis
 * that the worker lives, gives its task back when R dies, ends R when its task
 * is cancelled or takes too long, drains on SIGTERM, and looks after what dead
 * workers and coordinators left behind.
 *
 * usage: rcluster-supervisor LUA_DIRECTORY QUEUE GRACE_SECONDS COMMAND...
 */
#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define MOST_DEATHS "3"
#define INTERRUPT_PATIENCE 10.0

static const char *queue;
static long lease_ms = 10000;
static redisContext *redis;
static char run_id[64], client_id[160];
static double connected_at;
static rc_script beat, give, finish, ring;

static pid_t child = -1;
static char worker[RC_TEXT];
static volatile sig_atomic_t terminated;

static double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + now.tv_nsec / 1e9;
}

static void say(const char *format, ...) {
  char stamp[32];
  time_t now = time(NULL);
  strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", localtime(&now));
  fprintf(stderr, "%s rcluster: ", stamp);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}

/* ---- Redis ------------------------------------------------------------- */

/* The endpoint from the environment, read anew each time: the file with the
 * password may change. */
static int endpoint(rc_endpoint *e, char *why, size_t size) {
  const char *url = getenv("REDIS_URL");
  if (url && *url) {
    if (rc_parse_url(url, e, why, size) != 0) return -1;
  } else {
    memset(e, 0, sizeof *e);
    const char *host = getenv("REDIS_HOST"), *port = getenv("REDIS_PORT");
    const char *user = getenv("REDIS_USERNAME"), *tls = getenv("REDIS_TLS");
    snprintf(e->host, sizeof e->host, "%s", host && *host ? host : "localhost");
    /* Kubernetes sets this name itself, to tcp://host:port. */
    const char *colon = port ? strrchr(port, ':') : NULL;
    e->port = port && *port ? atoi(colon ? colon + 1 : port) : 6379;
    snprintf(e->user, sizeof e->user, "%s", user ? user : "");
    e->tls = tls && strcmp(tls, "true") == 0;
  }
  const char *ca = getenv("REDIS_CA_FILE");
  if (ca) snprintf(e->ca_file, sizeof e->ca_file, "%s", ca);
  const char *path = getenv("REDIS_PASSWORD_FILE");
  if (path && *path && !e->password[0]) {
    FILE *file = fopen(path, "r");
    if (!file) {
      snprintf(why, size, "cannot read %s: %s", path, strerror(errno));
      return -1;
    }
    if (fgets(e->password, sizeof e->password, file))
      e->password[strcspn(e->password, "\r\n")] = 0;
    fclose(file);
  }
  return 0;
}

static void disconnect(void) {
  if (redis) redisFree(redis);
  redis = NULL;
}

/* Copies a field of an INFO reply. */
static void info_field(const char *text, const char *field, char *target,
                       size_t size) {
  const char *from = strstr(text, field);
  target[0] = 0;
  if (!from) return;
  from += strlen(field);
  size_t length = strcspn(from, "\r\n");
  if (length >= size) length = size - 1;
  memcpy(target, from, length);
  target[length] = 0;
}

static int connect_redis(void) {
  static char said[RC_TEXT];
  char why[RC_TEXT] = "";
  rc_endpoint e;
  if (endpoint(&e, why, sizeof why) == 0) redis = rc_connect(&e, 2000, why, sizeof why);
  if (redis) {
    rc_script *all[] = {&beat, &give, &finish, &ring};
    int failed = 0;
    for (size_t i = 0; i < 4; i++) failed |= rc_load_script(all[i], redis);
    redisReply *id = redisCommand(redis, "CLIENT ID");
    redisReply *info = redisCommand(redis, "INFO server");
    if (!failed && id && id->type == REDIS_REPLY_INTEGER && info && info->str) {
      info_field(info->str, "run_id:", run_id, sizeof run_id);
      snprintf(client_id, sizeof client_id, "%s:%lld", run_id, id->integer);
      if (said[0]) say("connected to Redis at %s:%d again", e.host, e.port);
      said[0] = 0;
      connected_at = monotonic();
    } else {
      snprintf(why, sizeof why, "%s",
               redis->err ? redis->errstr : "it does not run the queue's scripts");
      disconnect();
    }
    if (id) freeReplyObject(id);
    if (info) freeReplyObject(info);
  }
  if (!redis && strcmp(why, said) != 0) {
    say("no Redis at %s:%d (%s), trying again", e.host, e.port, why);
    snprintf(said, sizeof said, "%s", why);
  }
  return redis ? 0 : -1;
}

/* A reply, or NULL after the connection broke or the call failed. */
static redisReply *checked(redisReply *reply, const char *what) {
  if (!reply) {
    disconnect();
  } else if (reply->type == REDIS_REPLY_ERROR) {
    if (strncmp(reply->str, "NOSCRIPT", 8) != 0) say("%s: %s", what, reply->str);
    freeReplyObject(reply);
    disconnect();
    reply = NULL;
  }
  return reply;
}

static redisReply *call(rc_script *script, const char *job, int argc,
                        const char **argv) {
  if (!redis && connect_redis() != 0) return NULL;
  return checked(rc_call_script(script, redis, queue, job, argc, argv),
                 script->name);
}

static redisReply *command(const char *format, const char *name,
                           const char *argument) {
  char key[512];
  if (!redis && connect_redis() != 0) return NULL;
  rc_key(key, sizeof key, queue, name, "");
  return checked(argument ? redisCommand(redis, format, key, argument)
                          : redisCommand(redis, format, key),
                 name);
}

static void job_of(char *job, size_t size, const char *member) {
  const char *slash = strrchr(member, '/');
  size_t length = slash ? (size_t)(slash - member) : 0;
  if (length >= size) length = size - 1;
  memcpy(job, member, length);
  job[length] = 0;
}

/* Gives a worker's block back. 0 once Redis has done it. `about`: the member
 * that mode 'failed' is about; another one is not to blame. */
static int give_back(const char *who, const char *mode, const char *detail,
                     const char *about) {
  char member[RC_TEXT * 2] = "", job[RC_TEXT * 2] = "";
  for (int tries = 0; tries < 5; tries++) {
    const char *argv[] = {who, mode, detail, MOST_DEATHS, member};
    redisReply *reply = call(&give, job, 5, argv);
    if (!reply) return -1;
    int done = reply->type != REDIS_REPLY_STRING || !reply->len ||
               strcmp(reply->str, member) == 0;
    if (!done) {
      snprintf(member, sizeof member, "%s", reply->str);
      job_of(job, sizeof job, member);
      if (about && strcmp(about, member) != 0) mode = "lost";
    }
    freeReplyObject(reply);
    if (done) {
      reply = call(&ring, "", 0, NULL);
      if (reply) freeReplyObject(reply);
      return 0;
    }
  }
  return 0;
}

/* ---- what others left behind -------------------------------------------- */

static int listed(const redisReply *list, long long id) {
  char field[40];
  size_t length = (size_t)snprintf(field, sizeof field, "id=%lld ", id);
  for (const char *at = list->str; at; at = strchr(at, '\n')) {
    if (*at == '\n') at++;
    if (strncmp(at, field, length) == 0) return 1;
  }
  return 0;
}

/* The large values of a job: their keys are members of a set. */
static void drop_blobs(const char *job) {
  char key[512];
  if (!redis && connect_redis() != 0) return;
  rc_key(key, sizeof key, queue, "blobs", job);
  redisReply *blobs = checked(redisCommand(redis, "SMEMBERS %s", key), "blobs");
  for (size_t i = 0; blobs && redis && i < blobs->elements; i++) {
    redisReply *gone = checked(
        redisCommand(redis, "UNLINK %s", blobs->element[i]->str), "blobs");
    if (gone) freeReplyObject(gone);
  }
  if (blobs) freeReplyObject(blobs);
}

static void drop_job(const char *job) {
  redisReply *removed = command("ZREM %s %s", "jobs", job);
  if (removed) freeReplyObject(removed);
  redisReply *tasks = command("HKEYS %s", "task", NULL);
  if (!tasks) return;
  const char **argv = malloc((tasks->elements + 1) * sizeof *argv);
  int argc = 0;
  size_t length = strlen(job);
  argv[argc++] = job;
  for (size_t i = 0; i < tasks->elements; i++) {
    const char *member = tasks->element[i]->str;
    if (strncmp(member, job, length) == 0 && member[length] == '/')
      argv[argc++] = member + length + 1;
  }
  drop_blobs(job);
  redisReply *reply = call(&finish, job, argc, argv);
  if (reply) freeReplyObject(reply);
  free(argv);
  freeReplyObject(tasks);
  say("dropped job %s: its coordinator is gone", job);
}

/* How many workers a stock doRedis coordinator sees. */
static void count_for_stock(void) {
  redisReply *live = checked(redisCommand(redis, "EXISTS %s.live", queue), "EXISTS");
  int used = live && live->integer == 1;
  if (live) freeReplyObject(live);
  redisReply *count = used ? command("ZCARD %s", "alive", NULL) : NULL;
  if (!count) return;
  redisReply *set = checked(
      redisCommand(redis, "SET %s.count %lld", queue, count->integer), "SET");
  if (set) freeReplyObject(set);
  freeReplyObject(count);
}

/* Whether this supervisor is the one that looks around: the one that did so
 * before, unless it was away for three seconds. */
static int elected(void) {
  static const char *text =
      "local holder = redis.call('GET', KEYS[1]) "
      "if holder and holder ~= ARGV[1] then return 0 end "
      "redis.call('SET', KEYS[1], ARGV[1], 'PX', 3000) return 1";
  static char me[128];
  char key[512];
  if (!me[0]) snprintf(me, sizeof me, "%s-%lld", run_id, (long long)time(NULL) * 100000 + getpid());
  rc_key(key, sizeof key, queue, "reaper", "");
  redisReply *reply =
      checked(redisCommand(redis, "EVAL %s 1 %s %s", text, key, me), "reaper");
  int mine = reply && reply->integer == 1;
  if (reply) freeReplyObject(reply);
  return mine;
}

/* Looks for workers and coordinators whose connection is gone, twice in a row
 * a second apart, or whose lease has run out. One supervisor at a time. */
static void look_around(void) {
  static char suspects[64][RC_TEXT * 2];
  static int suspected;
  char now_suspects[64][RC_TEXT * 2];
  int count = 0;

  if (!elected()) return;
  count_for_stock();
  if (!redis) return;

  redisReply *clients = command("HGETALL %s", "clients", NULL);
  redisReply *list = clients && redis ? checked(redisCommand(redis, "CLIENT LIST"), "CLIENT LIST") : NULL;
  for (size_t i = 0; list && redis && i + 1 < clients->elements; i += 2) {
    const char *who = clients->element[i]->str;
    const char *connection = clients->element[i + 1]->str;
    const char *colon = strchr(connection, ':');
    size_t length = strlen(run_id);
    if (!colon || count == 64) continue;
    /* Of a run of Redis that is over: a coordinator has come again by now. */
    int old = strncmp(connection, run_id, length) != 0;
    int is_job = strncmp(who, "job:", 4) == 0;
    if (old && (!is_job || monotonic() - connected_at < (double)lease_ms / 1000))
      continue;
    if (!old && listed(list, atoll(colon + 1))) continue;
    char *suspect = now_suspects[count++];
    snprintf(suspect, RC_TEXT * 2, "%s %s", who, connection);
    for (int j = 0; j < suspected; j++) {
      if (strcmp(suspects[j], suspect) != 0) continue;
      if (is_job) {
        drop_job(who + 4);
      } else {
        give_back(who, "reap", connection, NULL);
      }
      break;
    }
  }
  if (list) freeReplyObject(list);
  if (clients) freeReplyObject(clients);
  memcpy(suspects, now_suspects, sizeof suspects);
  suspected = count;

  char now_ms[32];
  redisReply *now = redis ? checked(redisCommand(redis, "TIME"), "TIME") : NULL;
  if (!now) return;
  snprintf(now_ms, sizeof now_ms, "%s%03d", now->element[0]->str,
           atoi(now->element[1]->str) / 1000);
  freeReplyObject(now);
  redisReply *late = command("ZRANGEBYSCORE %s -inf %s", "alive", now_ms);
  for (size_t i = 0; late && i < late->elements; i++)
    give_back(late->element[i]->str, "reap", "", NULL);
  if (late) freeReplyObject(late);

  redisReply *pardon = command("GET %s", "amnesty", NULL);
  int spared = pardon && pardon->str && strcmp(pardon->str, now_ms) > 0;
  if (pardon) freeReplyObject(pardon);
  if (spared) return;
  late = command("ZRANGEBYSCORE %s -inf %s", "jobs", now_ms);
  for (size_t i = 0; late && i < late->elements; i++)
    drop_job(late->element[i]->str);
  if (late) freeReplyObject(late);
}

/* ---- R ------------------------------------------------------------------ */

static void name_worker(void) {
  static unsigned count;
  char host[128];
  gethostname(host, sizeof host);
  host[sizeof host - 1] = 0;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(worker, sizeof worker, "%s:%ld:%llx%u", host, (long)getpid(),
           (unsigned long long)now.tv_sec * 1000 + now.tv_nsec / 1000000,
           count++);
}

static void start_r(char **command_line) {
  name_worker();
  child = fork();
  if (child == 0) {
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setenv("RCLUSTER_WORKER", worker, 1);
    execvp(command_line[0], command_line);
    fprintf(stderr, "rcluster: cannot start %s: %s\n", command_line[0],
            strerror(errno));
    _exit(127);
  }
  setpgid(child, child);
}

static void kill_r(int signal_number) {
  if (child > 0 && kill(-child, signal_number) != 0) kill(child, signal_number);
}

/* Number of processes that the kernel killed for memory in this container:
 * control groups of version 2, else 1. */
static long memory_kills(void) {
  static const char *files[] = {"/sys/fs/cgroup/memory.events",
                                "/sys/fs/cgroup/memory/memory.oom_control"};
  char line[128];
  long kills = 0;
  for (int i = 0; i < 2; i++) {
    FILE *file = fopen(files[i], "r");
    while (file && fgets(line, sizeof line, file))
      sscanf(line, "oom_kill %ld", &kills);
    if (file) fclose(file);
  }
  return kills;
}

static void explain_death(char *target, size_t size, int status, long kills) {
  if (memory_kills() > kills)
    snprintf(target, size, "R was killed for using too much memory");
  else if (WIFSIGNALED(status))
    snprintf(target, size, "R was killed by signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    snprintf(target, size, "R ended with status %d", WEXITSTATUS(status));
}

static long memory_of_r(void) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%ld/statm", (long)child);
  FILE *file = fopen(path, "r");
  if (file && fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  if (file) fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- the loop ------------------------------------------------------------- */

static void on_terminate(int signal_number) {
  (void)signal_number;
  terminated = 1;
}

static void on_child(int signal_number) { (void)signal_number; }

static void pause_for(double duration) {
  if (duration <= 0) return;
  struct timespec time = {(time_t)duration,
                          (long)((duration - (double)(time_t)duration) * 1e9)};
  nanosleep(&time, NULL); /* a signal ends it early */
}

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
  char lease[24], description[RC_TEXT * 2], host[128] = "";
  gethostname(host, sizeof host - 1);
  snprintf(lease, sizeof lease, "%ld", lease_ms);
  snprintf(description, sizeof description, "%s %ld %ld", host, (long)child,
           memory_of_r());
  const char *argv[] = {worker, lease, client_id, description};
  if (!redis && connect_redis() != 0) return 0;
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

/* One life of R. Returns its exit status, or -1 once drained. */
static void supervise(char **command_line, double grace) {
  double interval = (double)lease_ms / 10000, next = 0, deadline = 0;
  verdict v = {0, "", ""};
  long kills = memory_kills();
  int status = 0, draining = 0;
  start_r(command_line);
  double started = monotonic();

  for (;;) {
    if (waitpid(child, &status, WNOHANG) == child) break;
    if (terminated && !deadline) {
      deadline = monotonic() + grace;
      next = 0;
    }
    if (monotonic() >= next) {
      next = monotonic() + (deadline ? 0.1 : interval);
      if (terminated) {
        redisReply *reply = command("SADD %s %s", "drain", worker);
        draining = reply != NULL;
        if (reply) freeReplyObject(reply);
      }
      if (send_beat(&v) && draining) kill_r(SIGKILL);
      if (redis && !draining) look_around();
    }
    if (deadline && monotonic() > deadline) kill_r(SIGKILL);
    pause_for(next - monotonic() < 0.2 ? next - monotonic() : 0.2);
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
    pause_for(0.2);
  }
  if (!terminated && monotonic() - started < 2) pause_for(1);
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
  rc_script *all[] = {&beat, &give, &finish, &ring};
  const char *names[] = {"beat", "give", "finish", "ring"};
  for (size_t i = 0; i < 4; i++)
    if (rc_read_script(all[i], argv[1], names[i]) != 0) {
      fprintf(stderr, "rcluster: cannot read %s/%s.lua\n", argv[1], names[i]);
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

  while (!terminated) supervise(argv + 4, grace);
  disconnect();
  return 0;
}
