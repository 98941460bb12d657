/* Workers' results for R. A result is a packed list: slot, first iteration,
 * values, seconds, events, news. */
#ifndef RCLUSTER_RESULTS_H
#define RCLUSTER_RESULTS_H

#include <R.h>
#include <Rinternals.h>

/* The first byte of each of a list of raw vectors; 0 for an empty one. */
SEXP rc_first_bytes(SEXP replies);

/* A list of columns: slot, first, count, seconds, special (whether there are
 * events), values, events, news. */
SEXP rc_open_results(SEXP packed);

#endif
