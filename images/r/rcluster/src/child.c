#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

pid_t child = -1;
char worker[256];

static void name_worker(void) {
  static unsigned count;
  char host[128];
  gethostname(host, sizeof host);
  host[sizeof host - 1] = 0;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(worker, sizeof worker, "%s:%ld:%llx%u", host, (long)getpid(),
           (unsigned long long)now.tv_sec * 1000 + now.tv_nsec / 1000000,
           count++);
}

void start_r(char **command_line) {
  name_worker();
  child = fork();
  if (child == 0) {
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setenv("RCLUSTER_WORKER", worker, 1);
    execvp(command_line[0], command_line);
    fprintf(stderr, "rcluster: cannot start %s: %s\n", command_line[0],
            strerror(errno));
    _exit(127);
  }
  setpgid(child, child);
}

void kill_r(int signal_number) {
  if (child > 0 && kill(-child, signal_number) != 0) kill(child, signal_number);
}

/* Control groups of version 2, else 1. */
long memory_kills(void) {
  static const char *files[] = {"/sys/fs/cgroup/memory.events",
                                "/sys/fs/cgroup/memory/memory.oom_control"};
  char line[128];
  long kills = 0;
  for (int i = 0; i < 2; i++) {
    FILE *file = fopen(files[i], "r");
    while (file && fgets(line, sizeof line, file))
      sscanf(line, "oom_kill %ld", &kills);
    if (file) fclose(file);
  }
  return kills;
}

void explain_death(char *target, size_t size, int status, long kills) {
  if (memory_kills() > kills)
    snprintf(target, size, "R was killed for using too much memory");
  else if (WIFSIGNALED(status))
    snprintf(target, size, "R was killed by signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    snprintf(target, size, "R ended with status %d", WEXITSTATUS(status));
}

long memory_of_r(void) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%ld/statm", (long)child);
  FILE *file = fopen(path, "r");
  if (file && fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  if (file) fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}
