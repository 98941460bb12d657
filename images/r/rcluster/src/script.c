#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int rc_read_script(rc_script *s, const char *directory, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.lua", directory, name);
  memset(s, 0, sizeof *s);
  snprintf(s->name, sizeof s->name, "%s", name);
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  s->text = malloc((size_t)size + 1);
  if (!s->text || fread(s->text, 1, (size_t)size, file) != (size_t)size) size = 0;
  fclose(file);
  if (!size) return -1;
  s->text[size] = 0;

  const char *from = strstr(s->text, "-- KEYS ");
  if (!from) return -1;
  from += strlen("-- KEYS ");
  while (s->count < RC_KEYS) {
    from += strspn(from, " \n-");
    size_t length = strcspn(from, " \n");
    if (length == 0 || length > 15 || (*from < 'a' || *from > 'z')) break;
    memcpy(s->keys[s->count++], from, length);
    from += length;
    if (*from == '\n' && strncmp(from, "\n--   ", 6) != 0) break;
  }
  return 0;
}

void rc_key(char *target, size_t size, const char *queue, const char *name,
            const char *job) {
  static const char *of_jobs[] = {"done",    "base", "wake",  "kills",
                                  "removed", "env",  "blobs", "news"};
  for (size_t i = 0; i < sizeof of_jobs / sizeof *of_jobs; i++)
    if (strcmp(name, of_jobs[i]) == 0) {
      snprintf(target, size, "{%s}:%s:%s", queue, name, job);
      return;
    }
  snprintf(target, size, "{%s}:%s", queue, name);
}

redisReply *rc_call_script(rc_script *s, redisContext *c, const char *queue,
                           const char *job, int argc, const char **argv) {
  char keys[RC_KEYS][512], count[8];
  int total = 3 + s->count + argc;
  const char **all = malloc((size_t)total * sizeof *all);
  if (!all) return NULL;
  snprintf(count, sizeof count, "%d", s->count);
  all[0] = "EVALSHA";
  all[1] = s->sha;
  all[2] = count;
  for (int i = 0; i < s->count; i++) {
    rc_key(keys[i], sizeof keys[i], queue, s->keys[i], job);
    all[3 + i] = keys[i];
  }
  for (int i = 0; i < argc; i++) all[3 + s->count + i] = argv[i];
  redisReply *reply = redisCommandArgv(c, total, all, NULL);
  free(all);
  return reply;
}
