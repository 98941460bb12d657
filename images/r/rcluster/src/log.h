/* What the supervisor says, and how it tells the time. */
#ifndef RCLUSTER_LOG_H
#define RCLUSTER_LOG_H

/* A line on standard error, with the time. */
void say(const char *format, ...);

/* Seconds on a clock that is never set. */
double monotonic(void);

#endif
