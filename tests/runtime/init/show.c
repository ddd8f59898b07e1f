// Files, directories and terminals as the container sees them.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

void show_file(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    say_error();
    return;
  }
  char buffer[4096];
  ssize_t count = 0;
  while ((count = read(fd, buffer, sizeof buffer)) > 0) fwrite(buffer, 1, (size_t)count, stdout);
  if (count < 0) say_error();
  close(fd);
}

static void cat(int argc, char** argv) {
  (void)argc;
  show_file(argv[1]);
}

static void mounts(int argc, char** argv) {
  (void)argc, (void)argv;
  show_file("/proc/self/mountinfo");
}

static const char* type_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    case S_IFCHR:
      return "char";
    case S_IFBLK:
      return "block";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    default:
      return "unknown";
  }
}

// type mode uid gid major:minor size, for each path; symbolic links are not followed.
static void show_stat(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    struct stat info;
    if (lstat(argv[i], &info) != 0) {
      say_error();
      continue;
    }
    say("%s %04o %u %u %u:%u %lld", type_name(info.st_mode), info.st_mode & 07777u, info.st_uid, info.st_gid,
        major(info.st_rdev), minor(info.st_rdev), (long long)info.st_size);
  }
}

static void show_link(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    char target[PATH_MAX];
    const ssize_t length = readlink(argv[i], target, sizeof target - 1);
    if (length < 0)
      say_error();
    else
      say("%.*s", (int)length, target);
  }
}

static int compare_names(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void ls(int argc, char** argv) {
  (void)argc;
  DIR* directory = opendir(argv[1]);
  if (directory == NULL) {
    say_error();
    return;
  }
  enum { kMost = 4096 };
  static char* names[kMost];
  size_t count = 0;
  for (struct dirent* entry = readdir(directory); entry != NULL && count < kMost; entry = readdir(directory))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof *names, compare_names);
  for (size_t i = 0; i < count; ++i) {
    say("%s", names[i]);
    free(names[i]);
  }
}

// NUMBER TARGET of each open descriptor, without the one used to look.
static void fds(int argc, char** argv) {
  (void)argc, (void)argv;
  for (int fd = 0; fd < 1024; ++fd) {
    char path[64];
    char target[PATH_MAX];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fcntl(fd, F_GETFD) < 0) continue;
    const ssize_t length = readlink(path, target, sizeof target - 1);
    say("%d %.*s", fd, length < 0 ? 1 : (int)length, length < 0 ? "?" : target);
  }
}

// Reads what one descriptor holds: that of a preserved file.
static void read_fd(int argc, char** argv) {
  (void)argc;
  char buffer[4096];
  const ssize_t count = read((int)number(argv[1]), buffer, sizeof buffer);
  if (count < 0)
    say_error();
  else
    say("%.*s", (int)count, buffer);
}

static void tty(int argc, char** argv) {
  (void)argc, (void)argv;
  for (int fd = 0; fd < 3; ++fd) say("%s", isatty(fd) ? ttyname(fd) ? ttyname(fd) : "unnamed" : "no");
  const int controlling = open("/dev/tty", O_RDWR | O_CLOEXEC);
  say("%s", controlling >= 0 ? "controlling" : strerrorname_np(errno));
  if (controlling >= 0) close(controlling);
}

// HEIGHT WIDTH
static void winsize(int argc, char** argv) {
  (void)argc, (void)argv;
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) != 0)
    say_error();
  else
    say("%u %u", size.ws_row, size.ws_col);
}

const struct Step kShowSteps[] = {
    {"cat", 1, cat},         {"mounts", 0, mounts}, {"stat", 1, show_stat},  {"readlink", 1, show_link},
    {"ls", 1, ls},           {"fds", 0, fds},       {"read-fd", 1, read_fd}, {"tty", 0, tty},
    {"winsize", 0, winsize}, {NULL, 0, NULL},
};
