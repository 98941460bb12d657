/* What the R before ran when it was killed together with its supervisor: the
 * file named by RCLUSTER_HELD, which has to outlive the container (see hold.h). */
#ifndef RCLUSTER_HELD_H
#define RCLUSTER_HELD_H

/* Counts it against the task. 0 once Redis has done it. */
int blame_held(void);

/* That is settled. */
void clear_held(void);

#endif
