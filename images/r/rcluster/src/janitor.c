#include "janitor.h"
#include "clock.h"
#include "log.h"
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Seconds between two looks at Redis's list of connections. */
#define LOOK 0.3
/* The same, while nothing is under way: then it is for what is left of a job
 * that was being made or removed, and for idle workers. */
#define IDLE_LOOK 1.0
/* Milliseconds for which an election is good. */
#define TERM "800"
/* Seconds between two tries to be elected: the more supervisors there are, the
 * seldomer each tries. */
#define TRY_EACH 0.05
#define TRY_LEAST 0.3
#define TRY_MOST 2.0
/* For so many seconds a connection may be missing: its owner may connect again.
 * A supervisor sees the end of its connection at once; a coordinator's R may be
 * busy with something else. */
#define WORKER_PATIENCE 0.6
#define JOB_PATIENCE 2.0

/* ---- jobs ---------------------------------------------------------------- */

/* The large values of a job: their keys are members of a set. */
static void drop_blobs(const char *job) {
  char key[512];
  if (have_redis() != 0) return;
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

/* ---- connections that ended ---------------------------------------------- */

typedef struct {
  char what[RC_TEXT * 2];
  double since;
  int still;
} suspect;

static suspect suspects[64];
static int suspected;

/* For how long it has been missing, in seconds, if there is room to remember.
 * The ids of connections never come again. */
static double missing_for(const char *what) {
  int i = 0;
  while (i < suspected && strcmp(suspects[i].what, what) != 0) i++;
  if (i == (int)(sizeof suspects / sizeof *suspects)) return 0;
  if (i == suspected) {
    suspects[suspected++].since = monotonic();
    snprintf(suspects[i].what, sizeof suspects[i].what, "%s", what);
  }
  suspects[i].still = 1;
  return monotonic() - suspects[i].since;
}

static void forget_others(void) {
  int kept = 0;
  for (int i = 0; i < suspected; i++)
    if (suspects[i].still) suspects[kept++] = suspects[i];
  suspected = kept;
  for (int i = 0; i < suspected; i++) suspects[i].still = 0;
}

static int compare(const void *a, const void *b) {
  long long x = *(const long long *)a, y = *(const long long *)b;
  return (x > y) - (x < y);
}

typedef struct {
  long long *ids;
  size_t count;
} connections;

/* All that Redis has, sorted. `ids` is NULL if that could not be found out. */
static connections open_connections(void) {
  connections open = {NULL, 0};
  redisReply *list = checked(redisCommand(redis, "CLIENT LIST"), "CLIENT LIST");
  if (!list) return open;
  open.ids = malloc((list->len / 8 + 1) * sizeof *open.ids);
  for (const char *line = list->str; line && open.ids;) {
    if (sscanf(line, "id=%lld ", &open.ids[open.count]) == 1) open.count++;
    line = strchr(line, '\n');
    if (line) line++;
  }
  if (open.ids) qsort(open.ids, open.count, sizeof *open.ids, compare);
  freeReplyObject(list);
  return open;
}

/* `who`: a worker, or job:JOB. `connection`: RUN_ID:CLIENT_ID. */
static void judge(const char *who, const char *connection,
                  const connections *open) {
  const char *colon = strchr(connection, ':');
  if (!colon) return;
  long long id = atoll(colon + 1);
  int is_job = strncmp(who, "job:", 4) == 0;
  if (strncmp(connection, run_id, strlen(run_id)) != 0) {
    /* Of a run of Redis that is over: a coordinator has come again by now. */
    if (is_job && monotonic() - connected_at >= (double)lease_ms / 1000)
      drop_job(who + 4);
    return;
  }
  if (bsearch(&id, open->ids, open->count, sizeof id, compare)) return;
  char what[RC_TEXT * 2];
  snprintf(what, sizeof what, "%s %s", who, connection);
  double missing = missing_for(what);
  if (is_job && missing >= JOB_PATIENCE)
    drop_job(who + 4);
  else if (!is_job && missing >= WORKER_PATIENCE)
    give_back(who, "reap", connection, NULL);
}

static void look_for_ended_connections(void) {
  redisReply *clients = command("HGETALL %s", "clients", NULL);
  if (!clients) return;
  connections open = open_connections();
  if (open.ids) {
    for (size_t i = 0; redis && i + 1 < clients->elements; i += 2)
      judge(clients->element[i]->str, clients->element[i + 1]->str, &open);
    forget_others();
  }
  free(open.ids);
  freeReplyObject(clients);
}

/* ---- leases that ran out -------------------------------------------------- */

static void look_for_late_ones(void) {
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

/* How many workers a stock doRedis coordinator sees. */
static void count_for_stock(void) {
  if (!redis) return;
  /* In a Redis Cluster the key may be another node's, an error. */
  redisReply *live = redisCommand(redis, "EXISTS %s.live", queue);
  int used = live && live->integer == 1;
  if (!live) disconnect();
  if (live) freeReplyObject(live);
  redisReply *count = used ? command("ZCARD %s", "alive", NULL) : NULL;
  if (!count) return;
  redisReply *set = checked(
      redisCommand(redis, "SET %s.count %lld", queue, count->integer), "SET");
  if (set) freeReplyObject(set);
  freeReplyObject(count);
}

/* ---- one supervisor at a time ---------------------------------------------- */

typedef struct {
  int mine;
  double workers;
  int work; /* whether there are tasks under way, or jobs */
} election;

static election stand_for_election(void) {
  static char me[128];
  if (!me[0])
    snprintf(me, sizeof me, "%s-%lld", run_id,
             (long long)time(NULL) * 100000 + getpid());
  const char *argv[] = {me, TERM};
  election result = {0, 0, 0};
  redisReply *reply = call(&elect, "", 2, argv);
  if (reply && reply->elements == 3) {
    result.mine = reply->element[0]->integer == 1;
    result.workers = (double)reply->element[1]->integer;
    result.work = reply->element[2]->integer > 0;
  }
  if (reply) freeReplyObject(reply);
  return result;
}

double look_around(void) {
  static double looked, tidied;
  election held = stand_for_election();
  if (!held.mine) {
    double each = TRY_EACH * held.workers;
    return each < TRY_LEAST ? TRY_LEAST : each > TRY_MOST ? TRY_MOST : each;
  }
  if (held.work || suspected || monotonic() - looked >= IDLE_LOOK) {
    looked = monotonic();
    look_for_ended_connections();
  }
  if (monotonic() - tidied >= (double)lease_ms / 10000) {
    tidied = monotonic();
    look_for_late_ones();
    count_for_stock();
  }
  return LOOK;
}
