#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

enum { kUsage = 99 };

void say(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  putchar('\n');
}

void say_outcome(long status) { say("%s", status >= 0 ? "ok" : strerrorname_np(errno)); }

void say_error(void) { say("error: %s", strerrorname_np(errno)); }

long raw_call(long number, long a, long b, long c, long d, long e) {
  return syscall(number, a, b, c, d, e);  // check_style: allow(banned) a test of filters needs any call
}

long number(const char* text) {
  char* end = NULL;
  errno = 0;
  const long value = strtol(text, &end, 0);
  if (errno != 0 || end == text || *end != '\0') {
    fprintf(stderr, "init: '%s' is not a number\n", text);
    _exit(kUsage);
  }
  return value;
}

static const struct Step* find_step(const char* word) {
  const struct Step* tables[] = {kShowSteps, kProcessSteps, kTrySteps, kActSteps};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; ++i)
    for (const struct Step* step = tables[i]; step->word != NULL; ++step)
      if (strcmp(step->word, word) == 0) return step;
  return NULL;
}

static void run_step(int argc, char** argv) {
  const struct Step* step = find_step(argv[0]);
  if (step == NULL || argc - 1 < step->arguments) {
    fprintf(stderr, "init: no step '%s' with %d arguments\n", argv[0], argc - 1);
    _exit(kUsage);
  }
  step->run(argc, argv);
  say("\x1e");
  fflush(stdout);
}

static int deny(unsigned call) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

// without NUMBER[,NUMBER]... PROGRAM [ARGUMENT]...: on the host, runs a program to which these system calls
// answer ENOSYS.
static int run_without(char** argv) {
  // Only an ordinary user needs no_new_privs for this, which the containers inherit.
  if (geteuid() != 0) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  int failed = 0;
  for (const char* rest = argv[2]; rest != NULL;) {
    char* end = NULL;
    failed |= deny((unsigned)strtoul(rest, &end, 10));
    rest = *end == ',' ? end + 1 : NULL;
  }
  if (failed == 0) execvp(argv[3], argv + 3);
  fprintf(stderr, "init: running '%s': %s\n", argv[3], strerrorname_np(errno));
  return kUsage;
}

int main(int argc, char** argv) {
  if (argc > 3 && strcmp(argv[1], "without") == 0) return run_without(argv);
  // "args" is about the whole command line, commas and all.
  if (argc > 1 && strcmp(argv[1], "args") == 0) {
    for (int i = 0; i < argc; ++i) say("%s", argv[i]);
    return 0;
  }
  int first = 1;
  while (first < argc) {
    int last = first;
    while (last < argc && strcmp(argv[last], ",") != 0) ++last;
    argv[last] = NULL;
    if (last > first) run_step(last - first, argv + first);
    first = last + 1;
  }
  return 0;
}
