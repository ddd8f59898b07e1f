// What the container may do: each step prints "ok" or the name of the error.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

static void write_to(const char* path, int flags, const char* text) {
  const int fd = open(path, flags | O_CLOEXEC, 0666);
  if (fd < 0) {
    say_outcome(-1);
    return;
  }
  say_outcome(write(fd, text, strlen(text)));
  close(fd);
}

static void try_write(int argc, char** argv) {
  (void)argc;
  write_to(argv[1], O_WRONLY, argv[2]);
}

static void try_create(int argc, char** argv) {
  write_to(argv[1], O_WRONLY | O_CREAT, argc > 2 ? argv[2] : "");
}

static void try_read(int argc, char** argv) {
  (void)argc;
  char byte;
  const int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
  say_outcome(fd < 0 ? -1 : read(fd, &byte, 1));
  if (fd >= 0) close(fd);
}

static void try_mkdir(int argc, char** argv) {
  (void)argc;
  say_outcome(mkdir(argv[1], 0777));
}

static void try_remove(int argc, char** argv) {
  (void)argc;
  say_outcome(remove(argv[1]));
}

static void try_symlink(int argc, char** argv) {
  (void)argc;
  say_outcome(symlink(argv[1], argv[2]));
}

static void try_chmod(int argc, char** argv) {
  (void)argc;
  say_outcome(chmod(argv[1], (mode_t)number(argv[2])));
}

static void try_chown(int argc, char** argv) {
  (void)argc;
  say_outcome(chown(argv[1], (uid_t)number(argv[2]), (gid_t)number(argv[3])));
}

// PATH c|b MAJOR MINOR, and then opens it: a device cgroup has a say in both.
static void try_mknod(int argc, char** argv) {
  (void)argc;
  const mode_t kind = argv[2][0] == 'b' ? S_IFBLK : S_IFCHR;
  say_outcome(mknod(argv[1], kind | 0666, makedev((unsigned)number(argv[3]), (unsigned)number(argv[4]))));
}

// PATH r|w|rw
static void try_open(int argc, char** argv) {
  (void)argc;
  const int access = strcmp(argv[2], "rw") == 0 ? O_RDWR : argv[2][0] == 'w' ? O_WRONLY : O_RDONLY;
  const int fd = open(argv[1], access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  say_outcome(fd);
  if (fd >= 0) close(fd);
}

// SOURCE TARGET TYPE FLAGS
static void try_mount(int argc, char** argv) {
  (void)argc;
  say_outcome(mount(argv[1], argv[2], argv[3], (unsigned long)number(argv[4]), NULL));
}

static void try_umount(int argc, char** argv) {
  (void)argc;
  say_outcome(umount2(argv[1], MNT_DETACH));
}

static void try_unshare(int argc, char** argv) {
  (void)argc;
  say_outcome(unshare((int)number(argv[1])));
}

static void try_chroot(int argc, char** argv) {
  (void)argc;
  say_outcome(chroot(argv[1]));
}

static void try_sethostname(int argc, char** argv) {
  (void)argc;
  say_outcome(sethostname(argv[1], strlen(argv[1])));
}

static void try_setuid(int argc, char** argv) {
  (void)argc;
  say_outcome(setuid((uid_t)number(argv[1])));
}

static void try_capbset_drop(int argc, char** argv) {
  (void)argc;
  say_outcome(prctl(PR_CAPBSET_DROP, number(argv[1]), 0, 0, 0));
}

// NUMBER [ARGUMENT]...; in a child, because a filter may end it: then "signal N".
static void try_call(int argc, char** argv) {
  long arguments[5] = {0};
  for (int i = 2; i < argc && i < 7; ++i) arguments[i - 2] = number(argv[i]);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    errno = 0;
    const long value =
        raw_call(number(argv[1]), arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
    say("%s", value >= 0 ? "ok" : strerrorname_np(errno) != NULL ? strerrorname_np(errno) : "unknown");
    if (value < 0 && strerrorname_np(errno) == NULL) say("%d", errno);
    fflush(stdout);
    _exit(0);
  }
  int ending = 0;
  waitpid(child, &ending, 0);
  if (WIFSIGNALED(ending)) say("signal %d", WTERMSIG(ending));
}

// PROGRAM [ARGUMENT]...: runs it in a child and says how that ended.
static void try_exec(int argc, char** argv) {
  (void)argc;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    execv(argv[1], argv + 1);
    say_outcome(-1);
    fflush(stdout);
    _exit(0);
  }
  int ending = 0;
  waitpid(child, &ending, 0);
}

// PATH: tries to open it for writing many times over, as CVE-2019-5736 does while its owner starts or ends.
static void try_overwrite(int argc, char** argv) {
  (void)argc;
  const long tries = number(argv[2]);
  for (long i = 0; i < tries; ++i) {
    const int fd = open(argv[1], O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd >= 0) {
      say_outcome(write(fd, "overwritten", 11));
      close(fd);
      return;
    }
  }
  say_outcome(-1);
}

const struct Step kTrySteps[] = {
    {"try-write", 2, try_write},
    {"try-create", 1, try_create},
    {"try-read", 1, try_read},
    {"try-mkdir", 1, try_mkdir},
    {"try-remove", 1, try_remove},
    {"try-symlink", 2, try_symlink},
    {"try-chmod", 2, try_chmod},
    {"try-chown", 3, try_chown},
    {"try-mknod", 4, try_mknod},
    {"try-open", 2, try_open},
    {"try-mount", 4, try_mount},
    {"try-umount", 1, try_umount},
    {"try-unshare", 1, try_unshare},
    {"try-chroot", 1, try_chroot},
    {"try-sethostname", 1, try_sethostname},
    {"try-setuid", 1, try_setuid},
    {"try-capbset-drop", 1, try_capbset_drop},
    {"try-call", 1, try_call},
    {"try-exec", 1, try_exec},
    {"try-overwrite", 2, try_overwrite},
    {NULL, 0, NULL},
};
