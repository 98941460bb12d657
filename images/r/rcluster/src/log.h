/* What the supervisor says. */
#ifndef RCLUSTER_LOG_H
#define RCLUSTER_LOG_H

/* A line on standard error, with the time. */
void say(const char *format, ...);

#endif
