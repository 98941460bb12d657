/* A connection to Redis: shared by the R package and the supervisor. */
#ifndef RCLUSTER_CONNECTION_H
#define RCLUSTER_CONNECTION_H

#include <hiredis/hiredis.h>
#include <stddef.h>

#define RC_TEXT 256

typedef struct {
  char host[RC_TEXT];
  int port;
  char user[RC_TEXT];
  char password[RC_TEXT * 2];
  int database;
  int tls;
  char ca_file[RC_TEXT * 4];
} rc_endpoint;

/* Reads redis[s]://[user]:[password]@host:port/database. 0, or -1 with `why`. */
int rc_parse_url(const char *url, rc_endpoint *endpoint, char *why, size_t size);

/* Connects, logs in and selects the database. NULL, with `why`, on failure. */
redisContext *rc_connect(const rc_endpoint *endpoint, int timeout_ms, char *why,
                         size_t size);

#endif
