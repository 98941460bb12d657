/* A fresh R in the same process: whoever watches it sees no change. */
#include "renew.h"

#include <errno.h>
#include <string.h>
#ifndef _WIN32
#include <unistd.h>

static const char **texts(SEXP values) {
  R_xlen_t n = XLENGTH(values);
  const char **all = (const char **)R_alloc((size_t)n + 1, sizeof *all);
  for (R_xlen_t i = 0; i < n; i++) all[i] = CHAR(STRING_ELT(values, i));
  all[n] = NULL;
  return all;
}
#endif

/* Returns only if it fails, and says why. What was left open is closed. */
SEXP rc_renew(SEXP command, SEXP environment) {
#ifndef _WIN32
  const char **argv = texts(command), **env = texts(environment);
  long most = sysconf(_SC_OPEN_MAX);
  if (most < 0 || most > 65536) most = 65536;
  for (int fd = 3; fd < most; fd++) close(fd);
  execve(argv[0], (char *const *)argv, (char *const *)env);
#else
  errno = ENOSYS;
#endif
  return Rf_mkString(strerror(errno));
}
