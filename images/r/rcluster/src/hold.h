/* What R runs right now, in a file that outlives it: where the kernel kills a
 * container whole for using too much memory, as Kubernetes has it do, nobody in
 * it is left to tell. */
#ifndef RCLUSTER_HOLD_H
#define RCLUSTER_HOLD_H

#include <R.h>
#include <Rinternals.h>

#define RC_HOLD 4096

/* Opens the file. Whether that went well. */
SEXP rc_hold_in(SEXP path);

/* Writes a text there: a copy in memory. */
SEXP rc_hold(SEXP text);

#endif
