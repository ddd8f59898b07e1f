#pragma once

#include <linux/filter.h>
#include <stddef.h>

enum { kMostHierarchies = 32, kMostInstructions = 4096 };

struct Job {
  const char* rootfs;
  const char* cgroup;  // below the root of each hierarchy
  char* const* argv;
  struct sock_filter filter[kMostInstructions];
  unsigned short instructions;
  char directories[kMostHierarchies][256];  // of the cgroup, one for each hierarchy
  int attach[kMostHierarchies];             // their files that take a process
  int hierarchies;
};

// Ends this process unless `result` is 0 or more.
void check(long result, const char* what);

void make_cgroups(struct Job* job);
void enter_cgroups(const struct Job* job);
void remove_cgroups(const struct Job* job);

// All that is mounted in the container, the devices among it; enters the root.
void make_mounts(const char* rootfs);

void read_filter(struct Job* job, const char* path);
// Host name, loopback, capabilities, no_new_privs and the filter.
void become_restricted(const struct Job* job);
