/* What dead workers and coordinators left behind. */
#ifndef RCLUSTER_JANITOR_H
#define RCLUSTER_JANITOR_H

/* Looks for workers and coordinators that are gone, if it is this supervisor's
 * turn. Returns in how many seconds to call it again. */
double look_around(void);

#endif
