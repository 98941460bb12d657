#ifndef RCLUSTER_CLOCK_H
#define RCLUSTER_CLOCK_H

/* Seconds on a clock that is never set. */
double monotonic(void);

#endif
