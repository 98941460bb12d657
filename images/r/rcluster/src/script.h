/* The queue's Lua scripts, as the supervisor calls them. */
#ifndef RCLUSTER_SCRIPT_H
#define RCLUSTER_SCRIPT_H

#include "connection.h"

#define RC_KEYS 20

typedef struct {
  char name[16];
  char sha[41];
  char keys[RC_KEYS][16]; /* names, as the script's first comment lists them */
  int count;
  char *text;
} rc_script;

/* Reads DIRECTORY/NAME.lua. 0, or -1. */
int rc_read_script(rc_script *script, const char *directory, const char *name);

/* The key of a queue, or of one of its jobs, as the R package names it too. */
void rc_key(char *target, size_t size, const char *queue, const char *name,
            const char *job);

/* Calls the script; `job` is the one whose keys are meant, or "". */
redisReply *rc_call_script(rc_script *script, redisContext *c,
                           const char *queue, const char *job, int argc,
                           const char **argv);

#endif
