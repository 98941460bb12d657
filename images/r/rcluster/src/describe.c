#include "describe.h"

#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char own_version[32] = "-", r_version[32] = "-";

void read_versions(const char *lua) {
  char path[4096], line[256];
  snprintf(path, sizeof path, "%s/../DESCRIPTION", lua);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) {
    sscanf(line, "Version: %31s", own_version);
    sscanf(line, "Built: R %31[0-9.]", r_version);
  }
  if (file) fclose(file);
}

/* The description's words are told apart by spaces. */
static void copy_word(char *target, size_t size, const char *text) {
  snprintf(target, size, "%s", text);
  for (char *at = target; *at; at++)
    if (strchr(" \t\r\n", *at)) *at = '_';
}

void describe_worker(char *target, size_t size) {
  char host[128] = "", pool[64];
  const char *given = getenv("RCLUSTER_POOL");
  gethostname(host, sizeof host - 1);
  copy_word(pool, sizeof pool, given && *given ? given : "workers");
  snprintf(target, size, "%s %ld %ld %s %s %s", host, (long)child,
           memory_of_r(), pool, own_version, r_version);
}
