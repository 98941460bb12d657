/* The R process that is supervised. */
#ifndef RCLUSTER_CHILD_H
#define RCLUSTER_CHILD_H

#include <stddef.h>
#include <sys/types.h>

extern pid_t child;
/* The id of this life of R. */
extern char worker[256];

void start_r(char **command_line);

/* To R and what it started. */
void kill_r(int signal_number);

/* Of R, in KiB. */
long memory_of_r(void);

/* Number of processes that the kernel killed for memory in this container. */
long memory_kills(void);

/* Why R ended; `kills`: what memory_kills() said when it began. */
void explain_death(char *target, size_t size, int status, long kills);

#endif
