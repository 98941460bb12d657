/* A worker in a few words. */
#ifndef RCLUSTER_DESCRIBE_H
#define RCLUSTER_DESCRIBE_H

#include <stddef.h>

/* Reads which rcluster this is and which R it was built for; `lua`: the folder
 * of its scripts. */
void read_versions(const char *lua);

/* "host pid memory_kb pool rcluster_version r_version" of the R that runs. */
void describe_worker(char *target, size_t size);

#endif
