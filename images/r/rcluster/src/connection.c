#include "connection.h"
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <resolv.h>
#endif
#ifndef _WIN32
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

#ifdef RC_TLS
#include <hiredis/hiredis_ssl.h>
#endif

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Copies [from, to) with %XX decoded. */
static int decode(char *target, size_t size, const char *from, const char *to) {
  size_t length = 0;
  while (from < to) {
    char c = *from++;
    if (c == '%' && to - from >= 2 && hex(from[0]) >= 0 && hex(from[1]) >= 0) {
      c = (char)(hex(from[0]) * 16 + hex(from[1]));
      from += 2;
    }
    if (length + 1 >= size) return -1;
    target[length++] = c;
  }
  target[length] = 0;
  return 0;
}

int rc_parse_url(const char *url, rc_endpoint *e, char *why, size_t size) {
  memset(e, 0, sizeof *e);
  e->port = 6379;
  if (strncmp(url, "redis://", 8) == 0) {
    url += 8;
  } else if (strncmp(url, "rediss://", 9) == 0) {
    url += 9;
    e->tls = 1;
  } else {
    snprintf(why, size, "a Redis url starts with redis:// or rediss://");
    return -1;
  }
  const char *end = url + strlen(url);
  const char *at = NULL;
  for (const char *p = url; p < end; p++)
    if (*p == '@') at = p;
  int bad = 0;
  if (at) {
    const char *colon = memchr(url, ':', (size_t)(at - url));
    bad |= decode(e->user, sizeof e->user, url, colon ? colon : at);
    if (colon) bad |= decode(e->password, sizeof e->password, colon + 1, at);
    url = at + 1;
  }
  const char *slash = strchr(url, '/');
  if (slash) {
    e->database = atoi(slash + 1);
    end = slash;
  }
  const char *port = NULL;
  if (*url == '[') { /* IPv6 */
    const char *close = memchr(url, ']', (size_t)(end - url));
    if (close) {
      bad |= decode(e->host, sizeof e->host, url + 1, close);
      if (close + 1 < end && close[1] == ':') port = close + 2;
    } else {
      bad = 1;
    }
  } else {
    const char *colon = memchr(url, ':', (size_t)(end - url));
    bad |= decode(e->host, sizeof e->host, url, colon ? colon : end);
    if (colon) port = colon + 1;
  }
  if (port) e->port = atoi(port);
  if (bad || !e->host[0] || e->port < 1 || e->port > 65535) {
    snprintf(why, size, "a Redis url looks like redis://:password@host:6379");
    return -1;
  }
  return 0;
}

static int say(redisContext *c, char *why, size_t size, int argc,
               const char **argv) {
  redisReply *reply = redisCommandArgv(c, argc, argv, NULL);
  int failed = !reply || reply->type == REDIS_REPLY_ERROR;
  if (failed) snprintf(why, size, "%s", reply ? reply->str : c->errstr);
  if (reply) freeReplyObject(reply);
  return failed;
}

#ifdef RC_TLS
static int start_tls(redisContext *c, const rc_endpoint *e, char *why,
                     size_t size) {
  static int ready = 0;
  if (!ready) {
    redisInitOpenSSL();
    ready = 1;
  }
  redisSSLContextError error = REDIS_SSL_CTX_NONE;
  const char *ca = e->ca_file[0] ? e->ca_file : NULL;
  redisSSLContext *context = redisCreateSSLContext(
      ca, ca ? NULL : "/etc/ssl/certs", NULL, NULL, e->host, &error);
  if (!context || redisInitiateSSLWithContext(c, context) != REDIS_OK) {
    snprintf(why, size, "TLS: %s",
             context ? c->errstr : redisSSLContextGetError(error));
    if (context) redisFreeSSLContext(context);
    return -1;
  }
  redisFreeSSLContext(context); /* the connection keeps what it needs */
  return 0;
}
#else
static int start_tls(redisContext *c, const rc_endpoint *e, char *why,
                     size_t size) {
  (void)c, (void)e;
  snprintf(why, size, "this build of rcluster has no TLS");
  return -1;
}
#endif

/* A name server whose answer is lost is asked again after a second, not after
 * five. */
static redisContext *look_up_and_connect(const rc_endpoint *e,
                                         struct timeval timeout) {
#ifdef __GLIBC__
  if (!(_res.options & RES_INIT)) res_init();
  int before = _res.retrans;
  _res.retrans = 1;
  redisContext *c = redisConnectWithTimeout(e->host, e->port, timeout);
  _res.retrans = before;
  return c;
#else
  return redisConnectWithTimeout(e->host, e->port, timeout);
#endif
}

/* A peer that the network no longer reaches is given up after four seconds, not
 * when TCP does so: its pauses between two tries grow, and a new connection is
 * made sooner once the network is back. */
static void give_up_soon(redisContext *c) {
  redisEnableKeepAlive(c);
#ifdef TCP_USER_TIMEOUT
  int second = 1;
  unsigned patience_ms = 4000;
  setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, &second, sizeof second);
  setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof second);
  setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms,
             sizeof patience_ms);
#endif
}

/* The kernel asks a silent address once more after a second. By then it may be
 * the address of another Redis, where this one had to go. So the name is looked
 * up again first. */
#define PATIENCE 0.9

static redisContext *connect_in_time(const rc_endpoint *e, int timeout_ms) {
  struct timeval patience = {0, (int)(PATIENCE * 1e6)};
  double last = monotonic() + timeout_ms / 1000.0 - PATIENCE;
  for (;;) {
    double began = monotonic();
    redisContext *c = look_up_and_connect(e, patience);
    double now = monotonic();
    if (!c || !c->err || now - began < PATIENCE || now > last) return c;
    redisFree(c);
  }
}

redisContext *rc_connect(const rc_endpoint *e, int timeout_ms, char *why,
                         size_t size) {
  struct timeval timeout = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};
  redisContext *c = connect_in_time(e, timeout_ms);
  if (!c) {
    snprintf(why, size, "out of memory");
    return NULL;
  }
  char number[16];
  snprintf(number, sizeof number, "%d", e->database);
  const char *auth[] = {"AUTH", e->user[0] ? e->user : "default", e->password};
  const char *legacy[] = {"AUTH", e->password};
  const char *choose[] = {"SELECT", number};
  if (c->err) {
    snprintf(why, size, "%s", c->errstr);
  } else if ((!e->tls || start_tls(c, e, why, size) == 0) &&
             redisSetTimeout(c, timeout) == REDIS_OK &&
             (!e->password[0] ||
              !(e->user[0] ? say(c, why, size, 3, auth)
                           : say(c, why, size, 2, legacy))) &&
             (!e->database || !say(c, why, size, 2, choose))) {
    give_up_soon(c);
    return c;
  }
  redisFree(c);
  return NULL;
}
