// corten-floor: what the kernel itself costs when a container runs. The same namespaces, mounts, devices,
// cgroups, capabilities and filter as a runtime gives to the bundle of bench/rows/runtime.py, all of it
// written down here: nothing is read, checked, recorded or undone.
//
//   corten-floor ROOTFS CGROUP FILTER PROGRAM [ARGUMENT...]
//
// FILTER holds a compiled seccomp program. Version 1 cgroups, or version 2 where that is all there is.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"

void check(long result, const char* what) {
  if (result >= 0) return;
  perror(what);
  _exit(125);
}

static void child(const struct Job* job) {
  enter_cgroups(job);
  check(unshare(CLONE_NEWCGROUP), "unshare");
  make_mounts(job->rootfs);
  become_restricted(job);
  execv(job->argv[0], job->argv);
  check(-1, job->argv[0]);
}

static pid_t start(const struct Job* job) {
  const unsigned long flags =
      CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | SIGCHLD;
  const long pid = syscall(SYS_clone, flags, NULL, NULL, NULL, 0);  // check_style: allow(banned) as fork(2)
  check(pid, "clone");
  if (pid == 0) child(job);
  return (pid_t)pid;
}

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: corten-floor ROOTFS CGROUP FILTER PROGRAM [ARGUMENT...]\n");
    return 125;
  }
  struct Job job = {.rootfs = argv[1], .cgroup = argv[2], .argv = argv + 4};
  read_filter(&job, argv[3]);
  make_cgroups(&job);
  int status = 0;
  check(waitpid(start(&job), &status, 0), "waitpid");
  remove_cgroups(&job);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
