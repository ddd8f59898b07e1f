// The mounts, devices and protected paths of the bundle.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "floor.h"

// In a cgroup namespace: the container's own. Version 1 has a mount for each hierarchy, named by its
// controllers.
static void make_cgroup_filesystems(void) {
  const unsigned long writable = MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RELATIME;
  const unsigned long flags = writable | MS_RDONLY;
  if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0) {
    check(mount("cgroup", "sys/fs/cgroup", "cgroup2", flags, NULL), "sys/fs/cgroup");
    return;
  }
  check(mount("tmpfs", "sys/fs/cgroup", "tmpfs", writable, "mode=755"), "sys/fs/cgroup");
  DIR* top = opendir("/sys/fs/cgroup");
  check(top == NULL ? -1 : 0, "/sys/fs/cgroup");
  for (struct dirent* entry = readdir(top); entry != NULL; entry = readdir(top)) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || strcmp(entry->d_name, "unified") == 0) continue;
    char path[512];
    snprintf(path, sizeof path, "sys/fs/cgroup/%s", entry->d_name);
    check(mkdir(path, 0755), path);
    const char* options = strcmp(entry->d_name, "systemd") == 0 ? "none,name=systemd" : entry->d_name;
    check(mount("cgroup", path, "cgroup", flags, options), path);
  }
  closedir(top);
  check(mount(NULL, "sys/fs/cgroup", NULL, MS_REMOUNT | MS_BIND | flags, NULL), "sys/fs/cgroup");
}

static void make_filesystems(void) {
  const unsigned long kept = MS_NOSUID | MS_NOEXEC | MS_NODEV;
  check(mount("proc", "proc", "proc", 0, NULL), "proc");
  check(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"), "dev");
  check(mkdir("dev/pts", 0755), "dev/pts");
  check(mkdir("dev/shm", 0755), "dev/shm");
  check(mkdir("dev/mqueue", 0755), "dev/mqueue");
  check(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=0620,gid=5"),
        "dev/pts");
  check(mount("shm", "dev/shm", "tmpfs", kept, "mode=1777,size=65536k"), "dev/shm");
  check(mount("mqueue", "dev/mqueue", "mqueue", kept, NULL), "dev/mqueue");
  check(mount("sysfs", "sys", "sysfs", kept | MS_RDONLY, NULL), "sys");
  make_cgroup_filesystems();
}

static void make_devices(void) {
  static const struct {
    const char* path;
    unsigned major, minor;
  } device_nodes[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
                      {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
  umask(0);
  for (size_t i = 0; i < sizeof device_nodes / sizeof *device_nodes; ++i)
    check(mknod(device_nodes[i].path, S_IFCHR | 0666, makedev(device_nodes[i].major, device_nodes[i].minor)),
          device_nodes[i].path);
  umask(022);
  check(symlink("/proc/self/fd", "dev/fd"), "dev/fd");
  check(symlink("/proc/self/fd/0", "dev/stdin"), "dev/stdin");
  check(symlink("/proc/self/fd/1", "dev/stdout"), "dev/stdout");
  check(symlink("/proc/self/fd/2", "dev/stderr"), "dev/stderr");
  check(symlink("/proc/kcore", "dev/core"), "dev/core");
  check(symlink("pts/ptmx", "dev/ptmx"), "dev/ptmx");
}

// A path that this kernel does not have needs no protection.
static void protect(void) {
  static const char* const readonly_paths[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys",
                                               "proc/sysrq-trigger"};
  static const char* const masked_paths[] = {"proc/acpi",
                                             "proc/asound",
                                             "proc/interrupts",
                                             "proc/kcore",
                                             "proc/keys",
                                             "proc/latency_stats",
                                             "proc/timer_list",
                                             "proc/timer_stats",
                                             "proc/sched_debug",
                                             "sys/firmware",
                                             "sys/devices/virtual/powercap",
                                             "proc/scsi"};
  for (size_t i = 0; i < sizeof readonly_paths / sizeof *readonly_paths; ++i) {
    if (mount(readonly_paths[i], readonly_paths[i], NULL, MS_BIND | MS_REC, NULL) != 0 && errno == ENOENT)
      continue;
    check(mount(NULL, readonly_paths[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), readonly_paths[i]);
  }
  for (size_t i = 0; i < sizeof masked_paths / sizeof *masked_paths; ++i) {
    if (mount("/dev/null", masked_paths[i], NULL, MS_BIND, NULL) == 0 || errno == ENOENT) continue;
    check(mount("tmpfs", masked_paths[i], "tmpfs", MS_RDONLY, NULL), masked_paths[i]);
  }
}

void make_mounts(const char* rootfs) {
  check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "/");
  check(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), rootfs);
  check(chdir(rootfs), rootfs);
  make_filesystems();
  make_devices();
  protect();
  check(mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "making the root read-only");
  check(syscall(SYS_pivot_root, ".", "."), "pivot_root");  // check_style: allow(banned) glibc has none
  check(umount2(".", MNT_DETACH), "umount");
  check(chdir("/"), "/");
}
