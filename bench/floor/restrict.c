// What the process loses before its program starts.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floor.h"

// Docker's: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT
// MKNOD AUDIT_WRITE SETFCAP.
static const unsigned capability_bits = 0xa80425fb;

void read_filter(struct Job* job, const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  check(fd, path);
  const ssize_t size = read(fd, job->filter, sizeof job->filter);
  check(size, path);
  close(fd);
  job->instructions = (unsigned short)((size_t)size / sizeof *job->filter);
}

static void raise_loopback(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  check(fd, "socket");
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  check(ioctl(fd, SIOCSIFFLAGS, &request), "lo");
  close(fd);
}

static void limit_capabilities(void) {
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; ++i)
    if (i >= 32 || (capability_bits >> i & 1) == 0) check(prctl(PR_CAPBSET_DROP, i, 0, 0, 0), "bounding set");
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = capability_bits, .permitted = capability_bits}};
  check(syscall(SYS_capset, &header, data), "capset");  // check_style: allow(banned) glibc has none
}

void become_restricted(const struct Job* job) {
  check(sethostname("floor", 5), "sethostname");
  raise_loopback();
  const struct rlimit files = {.rlim_cur = 1024, .rlim_max = 1024};
  check(setrlimit(RLIMIT_NOFILE, &files), "limit of open files");
  limit_capabilities();
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
  struct sock_fprog program = {.len = job->instructions, .filter = (struct sock_filter*)job->filter};
  check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0), "seccomp");
}
