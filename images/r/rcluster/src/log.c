#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void say(const char *format, ...) {
  char stamp[32];
  time_t now = time(NULL);
  strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", localtime(&now));
  fprintf(stderr, "%s rcluster: ", stamp);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}
