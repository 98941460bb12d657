/* The R side of a connection: commands with binary arguments, replies as R
 * values, and waits that Ctrl-C ends. */
#include "clock.h"
#include "connection.h"
#include "hold.h"
#include "renew.h"
#include "results.h"

#include <R.h>
#include <R_ext/Rdynload.h>
#include <Rinternals.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
#define poll WSAPoll
#else
#include <poll.h>
#endif

static void finalize(SEXP pointer) {
  redisContext *c = R_ExternalPtrAddr(pointer);
  if (c) redisFree(c);
  R_ClearExternalPtr(pointer);
}

/* Errors are values, so that R code gives them their class. */
static SEXP error_value(const char *kind, const char *message) {
  SEXP value = PROTECT(mkString(message));
  setAttrib(value, install("kind"), mkString(kind));
  setAttrib(value, R_ClassSymbol, mkString("rc_error"));
  UNPROTECT(1);
  return value;
}

static void copy_text(char *target, size_t size, SEXP value) {
  if (value == R_NilValue) {
    target[0] = 0;
    return;
  }
  const char *text = CHAR(STRING_ELT(value, 0));
  if (strlen(text) >= size) error("value too long for a Redis endpoint");
  strcpy(target, text);
}

SEXP rc_open(SEXP host, SEXP port, SEXP user, SEXP password, SEXP database,
             SEXP tls, SEXP ca, SEXP timeout_ms) {
  rc_endpoint e;
  memset(&e, 0, sizeof e);
  copy_text(e.host, sizeof e.host, host);
  copy_text(e.user, sizeof e.user, user);
  copy_text(e.password, sizeof e.password, password);
  copy_text(e.ca_file, sizeof e.ca_file, ca);
  e.port = asInteger(port);
  e.database = asInteger(database);
  e.tls = asLogical(tls);
  char why[RC_TEXT];
  redisContext *c = rc_connect(&e, asInteger(timeout_ms), why, sizeof why);
  if (!c) return error_value("connection", why);
  SEXP pointer = PROTECT(R_MakeExternalPtr(c, R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(pointer, finalize, TRUE);
  UNPROTECT(1);
  return pointer;
}

SEXP rc_close(SEXP pointer) {
  finalize(pointer);
  return R_NilValue;
}

SEXP rc_url(SEXP url) {
  rc_endpoint e;
  char why[RC_TEXT];
  if (rc_parse_url(CHAR(STRING_ELT(url, 0)), &e, why, sizeof why) != 0)
    return error_value("url", why);
  const char *names[] = {"host", "port", "user", "password", "database", "tls",
                         ""};
  SEXP list = PROTECT(mkNamed(VECSXP, names));
  SET_VECTOR_ELT(list, 0, mkString(e.host));
  SET_VECTOR_ELT(list, 1, ScalarInteger(e.port));
  SET_VECTOR_ELT(list, 2, mkString(e.user));
  SET_VECTOR_ELT(list, 3, mkString(e.password));
  SET_VECTOR_ELT(list, 4, ScalarInteger(e.database));
  SET_VECTOR_ELT(list, 5, ScalarLogical(e.tls));
  UNPROTECT(1);
  return list;
}

static SEXP as_sexp(const redisReply *reply) {
  SEXP value;
  switch (reply->type) {
  case REDIS_REPLY_STATUS:
    return mkString(reply->str);
  case REDIS_REPLY_INTEGER:
    return ScalarReal((double)reply->integer);
  case REDIS_REPLY_STRING:
#ifdef REDIS_REPLY_VERB
  case REDIS_REPLY_VERB:
#endif
    value = allocVector(RAWSXP, (R_xlen_t)reply->len);
    if (reply->len) memcpy(RAW(value), reply->str, reply->len);
    return value;
  case REDIS_REPLY_ERROR:
    return error_value("reply", reply->str);
  case REDIS_REPLY_ARRAY:
    value = PROTECT(allocVector(VECSXP, (R_xlen_t)reply->elements));
    for (size_t i = 0; i < reply->elements; i++)
      SET_VECTOR_ELT(value, (R_xlen_t)i, as_sexp(reply->element[i]));
    UNPROTECT(1);
    return value;
  default:
    return R_NilValue;
  }
}

/* Appends one command: a list of raw vectors and character vectors, the latter
 * an argument an element. */
static void append(redisContext *c, SEXP command) {
  int argc = 0;
  for (R_xlen_t i = 0; i < XLENGTH(command); i++) {
    SEXP part = VECTOR_ELT(command, i);
    argc += TYPEOF(part) == RAWSXP ? 1 : (int)XLENGTH(part);
  }
  const char **argv = (const char **)R_alloc(argc, sizeof *argv);
  size_t *lengths = (size_t *)R_alloc(argc, sizeof *lengths);
  int n = 0;
  for (R_xlen_t i = 0; i < XLENGTH(command); i++) {
    SEXP part = VECTOR_ELT(command, i);
    if (TYPEOF(part) == RAWSXP) {
      argv[n] = (const char *)RAW(part);
      lengths[n++] = (size_t)XLENGTH(part);
    } else if (TYPEOF(part) == STRSXP) {
      for (R_xlen_t j = 0; j < XLENGTH(part); j++) {
        argv[n] = CHAR(STRING_ELT(part, j));
        lengths[n] = strlen(argv[n]);
        n++;
      }
    } else {
      error("a command consists of raw and character vectors");
    }
  }
  redisAppendCommandArgv(c, argc, argv, lengths);
}

static void check_interrupt(void *unused) {
  (void)unused;
  R_CheckUserInterrupt();
}

/* R would make an error of the signal that a closed connection raises. */
static int write_all(redisContext *c) {
  int sent = 0, good = 1;
  if (sdslen(c->obuf) == 0) return 1;
#ifndef _WIN32
  void (*before)(int) = signal(SIGPIPE, SIG_IGN);
#endif
  while (good && !sent) good = redisBufferWrite(c, &sent) == REDIS_OK;
#ifndef _WIN32
  signal(SIGPIPE, before);
#endif
  return good;
}

/* Waits for one reply. NULL if the connection broke, in time or in pieces:
 * `why` then says how; an interrupt leaves `why` empty. */
static redisReply *wait_reply(redisContext *c, double timeout,
                              const char **why) {
  void *reply = NULL;
  if (!write_all(c)) {
    *why = c->errstr;
    return NULL;
  }
  double deadline = monotonic() + timeout;
  for (;;) {
    if (redisGetReplyFromReader(c, &reply) != REDIS_OK) break;
    if (reply) return reply;
    struct pollfd waiting = {c->fd, POLLIN, 0};
    int ready = poll(&waiting, 1, 200);
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
      if (!R_ToplevelExec(check_interrupt, NULL)) {
        *why = "";
        return NULL;
      }
      if (monotonic() > deadline) {
        *why = "no reply in time";
        return NULL;
      }
      continue;
    }
    if (redisBufferRead(c) != REDIS_OK) break;
    deadline = monotonic() + timeout; /* a long reply may take long */
  }
  *why = c->errstr;
  return NULL;
}

/* Sends commands in one go and returns their replies. After an error or an
 * interrupt the connection is closed: replies could be taken for others'. */
SEXP rc_pipeline(SEXP pointer, SEXP commands, SEXP timeout) {
  redisContext *c = R_ExternalPtrAddr(pointer);
  if (!c) return error_value("connection", "the connection is closed");
  R_xlen_t n = XLENGTH(commands);
  for (R_xlen_t i = 0; i < n; i++) append(c, VECTOR_ELT(commands, i));
  SEXP replies = PROTECT(allocVector(VECSXP, n));
  for (R_xlen_t i = 0; i < n; i++) {
    const char *why = "";
    redisReply *reply = wait_reply(c, asReal(timeout), &why);
    if (!reply) {
      SEXP value = PROTECT(*why ? error_value("connection", why)
                                : error_value("interrupt", "interrupted"));
      finalize(pointer);
      UNPROTECT(2);
      return value;
    }
    SET_VECTOR_ELT(replies, i, as_sexp(reply));
    freeReplyObject(reply);
  }
  UNPROTECT(1);
  return replies;
}

SEXP rc_call(SEXP pointer, SEXP command, SEXP timeout) {
  SEXP commands = PROTECT(allocVector(VECSXP, 1));
  SET_VECTOR_ELT(commands, 0, command);
  SEXP replies = PROTECT(rc_pipeline(pointer, commands, timeout));
  SEXP value = TYPEOF(replies) == VECSXP ? VECTOR_ELT(replies, 0) : replies;
  UNPROTECT(2);
  return value;
}

/* Seconds on a clock that never goes back; proc.time() costs 5 us. */
SEXP rc_now(void) { return ScalarReal(monotonic()); }

static const R_CallMethodDef routines[] = {
    {"rc_open", (DL_FUNC)&rc_open, 8},
    {"rc_close", (DL_FUNC)&rc_close, 1},
    {"rc_url", (DL_FUNC)&rc_url, 1},
    {"rc_call", (DL_FUNC)&rc_call, 3},
    {"rc_pipeline", (DL_FUNC)&rc_pipeline, 3},
    {"rc_first_bytes", (DL_FUNC)&rc_first_bytes, 1},
    {"rc_open_results", (DL_FUNC)&rc_open_results, 1},
    {"rc_now", (DL_FUNC)&rc_now, 0},
    {"rc_renew", (DL_FUNC)&rc_renew, 2},
    {"rc_hold_in", (DL_FUNC)&rc_hold_in, 1},
    {"rc_hold", (DL_FUNC)&rc_hold, 1},
    {NULL, NULL, 0}};

void R_init_rcluster(DllInfo *info) {
  R_registerRoutines(info, NULL, routines, NULL, NULL);
  R_useDynamicSymbols(info, FALSE);
  R_forceSymbols(info, TRUE);
}
