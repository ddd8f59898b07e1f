// Cgroups: one directory in each hierarchy, with a limit for memory and for processes and the list of
// devices.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "floor.h"

static const char hierarchy_root[] = "/sys/fs/cgroup";

// As many rules as the runtimes write.
static const char* const device_rules[] = {"c *:* m",   "b *:* m",   "c 1:3 rwm", "c 1:8 rwm",   "c 1:7 rwm",
                                           "c 5:0 rwm", "c 1:5 rwm", "c 1:9 rwm", "c 136:* rwm", "c 5:2 rwm"};

static void write_file(const char* directory, const char* name, const char* text) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  check(fd, path);
  check(write(fd, text, strlen(text)), path);
  close(fd);
}

// A new cpuset takes no process before it has processors and memory.
static void copy_down(const char* directory, const char* name) {
  char path[512];
  char text[256] = "";
  snprintf(path, sizeof path, "%s/../%s", directory, name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  check(fd, path);
  check(read(fd, text, sizeof text - 1), path);
  close(fd);
  write_file(directory, name, text);
}

static void limit(const char* directory, const char* name) {
  if (strcmp(name, "cpuset") == 0) {
    copy_down(directory, "cpuset.cpus");
    copy_down(directory, "cpuset.mems");
  }
  if (strcmp(name, "memory") == 0) write_file(directory, "memory.limit_in_bytes", "268435456");
  if (strcmp(name, "pids") == 0) write_file(directory, "pids.max", "100");
  if (strcmp(name, "cpu") == 0) write_file(directory, "cpu.shares", "512");
  if (strcmp(name, "devices") != 0) return;
  write_file(directory, "devices.deny", "a");
  for (size_t i = 0; i < sizeof device_rules / sizeof *device_rules; ++i)
    write_file(directory, "devices.allow", device_rules[i]);
}

static void add(struct Job* job, const char* hierarchy, const char* attach) {
  char* directory = job->directories[job->hierarchies];
  snprintf(directory, sizeof *job->directories, "%s/%s/%s", hierarchy_root, hierarchy, job->cgroup);
  check(mkdir(directory, 0755), directory);
  char path[512];
  snprintf(path, sizeof path, "%s/%s", directory, attach);
  job->attach[job->hierarchies] = open(path, O_WRONLY | O_CLOEXEC);
  check(job->attach[job->hierarchies++], path);
}

static void add_version_2(struct Job* job) {
  add(job, "", "cgroup.procs");
  write_file(job->directories[0], "memory.max", "268435456");
  write_file(job->directories[0], "pids.max", "100");
  write_file(job->directories[0], "cpu.weight", "20");
}

void make_cgroups(struct Job* job) {
  if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0) {
    add_version_2(job);
    return;
  }
  DIR* top = opendir(hierarchy_root);
  check(top == NULL ? -1 : 0, hierarchy_root);
  for (struct dirent* entry = readdir(top); entry != NULL; entry = readdir(top)) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    // These two limit nothing.
    if (strcmp(entry->d_name, "unified") == 0 || strcmp(entry->d_name, "systemd") == 0) continue;
    add(job, entry->d_name, "tasks");
    limit(job->directories[job->hierarchies - 1], entry->d_name);
  }
  closedir(top);
}

void enter_cgroups(const struct Job* job) {
  for (int i = 0; i < job->hierarchies; ++i) check(write(job->attach[i], "0", 1), job->directories[i]);
}

void remove_cgroups(const struct Job* job) {
  for (int i = 0; i < job->hierarchies; ++i) check(rmdir(job->directories[i]), job->directories[i]);
}
