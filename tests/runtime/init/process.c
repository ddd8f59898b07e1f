// What the process is: names, ids, limits, namespaces, clocks.
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

extern char** environ;

static void show_env(int argc, char** argv) {
  (void)argc, (void)argv;
  for (char** each = environ; *each != NULL; ++each) say("%s", *each);
}

static void cwd(int argc, char** argv) {
  (void)argc, (void)argv;
  char path[PATH_MAX];
  if (getcwd(path, sizeof path) == NULL)
    say_error();
  else
    say("%s", path);
}

// Real, effective and saved user; the same of the group; the supplementary groups, each on a line.
static void id(int argc, char** argv) {
  (void)argc, (void)argv;
  uid_t users[3];
  gid_t groups[3];
  gid_t others[256];
  getresuid(&users[0], &users[1], &users[2]);
  getresgid(&groups[0], &groups[1], &groups[2]);
  say("%u %u %u", users[0], users[1], users[2]);
  say("%u %u %u", groups[0], groups[1], groups[2]);
  const int count = getgroups(256, others);
  for (int i = 0; i < count; ++i) printf("%s%u", i > 0 ? " " : "", others[i]);
  putchar('\n');
}

// The value of one field of /proc/self/status.
static void status(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    FILE* file = fopen("/proc/self/status", "re");
    char line[1024];
    const size_t length = strlen(argv[i]);
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
      if (strncmp(line, argv[i], length) == 0 && line[length] == ':')
        printf("%s", line + length + 1 + strspn(line + length + 1, " \t"));
    if (file != NULL) fclose(file);
  }
}

static void caps(int argc, char** argv) {
  (void)argc, (void)argv;
  char* fields[] = {"caps", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", NULL};
  status(6, fields);
}

static void ns(int argc, char** argv) {
  (void)argc, (void)argv;
  const char* names[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    char path[64];
    char target[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    const ssize_t length = readlink(path, target, sizeof target);
    say("%.*s", length < 0 ? 0 : (int)length, target);
  }
}

// NAME SOFT HARD, by getrlimit(2): /proc need not be mounted.
static void rlimits(int argc, char** argv) {
  (void)argc, (void)argv;
  const char* names[] = {"CPU",     "FSIZE", "DATA",  "STACK",      "CORE",     "RSS",  "NPROC",  "NOFILE",
                         "MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"};
  for (int i = 0; i < 16; ++i) {
    struct rlimit limit;
    getrlimit((__rlimit_resource_t)i, &limit);
    say("%s %lld %lld", names[i], (long long)limit.rlim_cur, (long long)limit.rlim_max);
  }
}

static void show_umask(int argc, char** argv) {
  (void)argc, (void)argv;
  const mode_t mask = umask(0);
  umask(mask);
  say("%04o", mask);
}

static void show_personality(int argc, char** argv) {
  (void)argc, (void)argv;
  struct utsname names;
  uname(&names);
  say("%x %s", (unsigned)personality(0xffffffff), names.machine);
}

// CLASS PRIORITY of ioprio_get(2).
static void ioprio(int argc, char** argv) {
  (void)argc, (void)argv;
  const long value = raw_call(SYS_ioprio_get, 1, 0, 0, 0, 0);
  say("%ld %ld", value >> 13, value & 0x1fff);
}

// POLICY NICE PRIORITY FLAGS RUNTIME DEADLINE PERIOD of sched_getattr(2).
static void scheduler(int argc, char** argv) {
  (void)argc, (void)argv;
  struct {
    unsigned size, policy;
    unsigned long long flags;
    int nice;
    unsigned priority;
    unsigned long long runtime, deadline, period;
  } attributes = {0};
  if (raw_call(SYS_sched_getattr, 0, (long)&attributes, sizeof attributes, 0, 0) < 0)
    say_error();
  else
    say("%u %d %u %llu %llu %llu %llu", attributes.policy, attributes.nice, attributes.priority,
        attributes.flags, attributes.runtime, attributes.deadline, attributes.period);
}

// Host name and domain name.
static void names(int argc, char** argv) {
  (void)argc, (void)argv;
  struct utsname found;
  uname(&found);
  say("%s", found.nodename);
  say("%s", found.domainname);
}

static void pids(int argc, char** argv) {
  (void)argc, (void)argv;
  say("%d %d %d %d", getpid(), getppid(), getpgrp(), getsid(0));
}

// Seconds of CLOCK_MONOTONIC and CLOCK_BOOTTIME.
static void clocks(int argc, char** argv) {
  (void)argc, (void)argv;
  struct timespec monotonic, boot;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  say("%lld %lld", (long long)monotonic.tv_sec, (long long)boot.tv_sec);
}

// Serial number and description of the session keyring.
static void keyring(int argc, char** argv) {
  (void)argc, (void)argv;
  char text[512] = "";
  const long serial = raw_call(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
  if (serial < 0 || raw_call(SYS_keyctl, KEYCTL_DESCRIBE, serial, (long)text, sizeof text - 1, 0) < 0)
    say_error();
  else
    say("%ld %s", serial, text);
}

// Blocked and ignored signals, as numbers.
static void signals(int argc, char** argv) {
  (void)argc, (void)argv;
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  for (int i = 1; i < 32; ++i) {
    struct sigaction action;
    if (sigismember(&blocked, i) == 1) say("blocked %d", i);
    if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN) say("ignored %d", i);
  }
}

static void cpus(int argc, char** argv) {
  (void)argc, (void)argv;
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &set)) say("%d", i);
}

const struct Step kProcessSteps[] = {
    {"env", 0, show_env},
    {"cwd", 0, cwd},
    {"id", 0, id},
    {"status", 1, status},
    {"caps", 0, caps},
    {"ns", 0, ns},
    {"rlimits", 0, rlimits},
    {"umask", 0, show_umask},
    {"personality", 0, show_personality},
    {"ioprio", 0, ioprio},
    {"scheduler", 0, scheduler},
    {"names", 0, names},
    {"pids", 0, pids},
    {"clocks", 0, clocks},
    {"keyring", 0, keyring},
    {"signals", 0, signals},
    {"cpus", 0, cpus},
    {NULL, 0, NULL},
};
