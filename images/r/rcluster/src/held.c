#include "held.h"
#include "log.h"
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *path(void) {
  const char *named = getenv("RCLUSTER_HELD");
  return named && *named ? named : NULL;
}

void clear_held(void) {
  FILE *file = path() ? fopen(path(), "w") : NULL;
  if (file) fclose(file);
}

int blame_held(void) {
  char text[4096] = "", *who;
  FILE *file = path() ? fopen(path(), "r") : NULL;
  if (!file) return 0;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  who = strchr(text, ' ');
  if (who) {
    *who++ = 0;
    const char *why = "its worker's container was killed with R in it, as "
                      "happens where a task uses too much memory";
    if (blame_block(text, who, why) != 0) return -1;
    say("%s: %s", text, why);
  }
  clear_held();
  return 0;
}
