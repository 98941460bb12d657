/* The supervisor's connection to its queue. It comes back by itself: what
 * fails is simply done again later. */
#ifndef RCLUSTER_QUEUE_H
#define RCLUSTER_QUEUE_H

#include "script.h"

extern const char *queue;
extern long lease_ms;

/* NULL while there is no connection. */
extern redisContext *redis;
/* Which run of Redis this is, and which of its clients we are. */
extern char run_id[64], client_id[160];
/* When the connection was made, as monotonic() tells the time. */
extern double connected_at;

extern rc_script beat, blame, elect, give, finish, ring;

/* Reads the scripts. NULL, or the name of one that cannot be read. */
const char *read_scripts(const char *directory);

/* Connects if need be. 0, or -1. */
int have_redis(void);
void disconnect(void);

/* Waits until a signal comes, or the connection ends: 1 for the latter. */
int wait_or_lose(double seconds);

/* A reply, or NULL after the connection broke or the call failed. */
redisReply *checked(redisReply *reply, const char *what);
redisReply *call(rc_script *script, const char *job, int argc,
                 const char **argv);

/* A command on one key of the queue: `format` takes the key and, if there is
 * one, the argument. */
redisReply *command(const char *format, const char *name, const char *argument);

/* Gives a worker's block back. 0 once Redis has done it. `about`: the member
 * that mode 'failed' is about; another one is not to blame. */
int give_back(const char *who, const char *mode, const char *detail,
              const char *about);

/* Counts the death of a worker, and of its supervisor, against a block that may
 * be anywhere by now. 0 once Redis has done it. */
int blame_block(const char *member, const char *who, const char *detail);

#endif
