#ifndef RCLUSTER_RENEW_H
#define RCLUSTER_RENEW_H

#include <Rinternals.h>

/* Runs a command with its arguments and environment in place of this R. */
SEXP rc_renew(SEXP command, SEXP environment);

#endif
