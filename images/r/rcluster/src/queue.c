#define _GNU_SOURCE /* POLLRDHUP */
#include "queue.h"
#include "clock.h"
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* elsewhere POLLHUP tells as much */
#endif

#define MOST_DEATHS "3"

const char *queue;
long lease_ms = 10000;
redisContext *redis;
char run_id[64], client_id[160];
double connected_at;
rc_script beat, blame, elect, give, finish, ring;

static rc_script *const scripts[] = {&beat, &blame,  &elect,
                                     &give, &finish, &ring};
static const char *const names[] = {"beat", "blame",  "elect",
                                    "give", "finish", "ring"};
#define SCRIPTS (sizeof scripts / sizeof *scripts)

const char *read_scripts(const char *directory) {
  for (size_t i = 0; i < SCRIPTS; i++)
    if (rc_read_script(scripts[i], directory, names[i]) != 0) return names[i];
  return NULL;
}

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

void disconnect(void) {
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

/* The next reply that was asked for, if it is of this type. */
static redisReply *next_reply(int type) {
  void *reply = NULL;
  if (redis->err || redisGetReply(redis, &reply) != REDIS_OK) return NULL;
  if (((redisReply *)reply)->type == type) return reply;
  freeReplyObject(reply);
  return NULL;
}

/* Loads the scripts and learns who we are, in one round trip. 0, or -1. */
static int introduce(void) {
  for (size_t i = 0; i < SCRIPTS; i++)
    redisAppendCommand(redis, "SCRIPT LOAD %s", scripts[i]->text);
  redisAppendCommand(redis, "CLIENT ID");
  redisAppendCommand(redis, "INFO server");
  int good = 1;
  for (size_t i = 0; i < SCRIPTS; i++) {
    redisReply *sha = next_reply(REDIS_REPLY_STRING);
    if (sha) snprintf(scripts[i]->sha, sizeof scripts[i]->sha, "%s", sha->str);
    good &= sha != NULL;
    if (sha) freeReplyObject(sha);
  }
  redisReply *id = next_reply(REDIS_REPLY_INTEGER);
  redisReply *info = next_reply(REDIS_REPLY_STRING);
  good &= id && info;
  if (good) {
    info_field(info->str, "run_id:", run_id, sizeof run_id);
    snprintf(client_id, sizeof client_id, "%s:%lld", run_id, id->integer);
  }
  if (id) freeReplyObject(id);
  if (info) freeReplyObject(info);
  return good ? 0 : -1;
}

int have_redis(void) {
  static char said[RC_TEXT];
  char why[RC_TEXT] = "";
  rc_endpoint e;
  if (redis) return 0;
  if (endpoint(&e, why, sizeof why) == 0)
    redis = rc_connect(&e, 2000, why, sizeof why);
  if (redis && introduce() != 0) {
    snprintf(why, sizeof why, "%s",
             redis->err ? redis->errstr : "it does not run the queue's scripts");
    disconnect();
  }
  if (redis) {
    if (said[0]) say("connected to Redis at %s:%d again", e.host, e.port);
    said[0] = 0;
    connected_at = monotonic();
    return 0;
  }
  if (strcmp(why, said) != 0) {
    say("no Redis at %s:%d (%s), trying again", e.host, e.port, why);
    snprintf(said, sizeof said, "%s", why);
  }
  return -1;
}

int wait_or_lose(double seconds) {
  if (seconds <= 0) return 0;
  /* Not for what could be read: over TLS that may be the protocol's own. */
  struct pollfd end = {redis ? redis->fd : -1, POLLRDHUP, 0};
  if (poll(&end, 1, (int)(seconds * 1000) + 1) != 1) return 0;
  disconnect();
  return 1;
}

redisReply *checked(redisReply *reply, const char *what) {
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

redisReply *call(rc_script *script, const char *job, int argc,
                 const char **argv) {
  if (have_redis() != 0) return NULL;
  return checked(rc_call_script(script, redis, queue, job, argc, argv),
                 script->name);
}

redisReply *command(const char *format, const char *name,
                    const char *argument) {
  char key[512];
  if (have_redis() != 0) return NULL;
  rc_key(key, sizeof key, queue, name, "");
  return checked(argument ? redisCommand(redis, format, key, argument)
                          : redisCommand(redis, format, key),
                 name);
}

/* The job of JOB/BLOCK. */
static void job_of(char *job, size_t size, const char *member) {
  const char *slash = strrchr(member, '/');
  size_t length = slash ? (size_t)(slash - member) : 0;
  if (length >= size) length = size - 1;
  memcpy(job, member, length);
  job[length] = 0;
}

int give_back(const char *who, const char *mode, const char *detail,
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

int blame_block(const char *member, const char *who, const char *detail) {
  char job[RC_TEXT * 2];
  job_of(job, sizeof job, member);
  const char *argv[] = {member, who, detail, MOST_DEATHS};
  redisReply *reply = call(&blame, job, 4, argv);
  if (!reply) return -1;
  freeReplyObject(reply);
  return 0;
}
