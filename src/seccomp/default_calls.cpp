#include "seccomp/default_calls.hpp"

// check_style: data table
// The names of the kernel's tables (arch/*/entry/syscalls/*.tbl, include/uapi/asm-generic/unistd.h), sorted
// into what they are for. What stands nowhere is denied: kexec_load, keyctl, add_key, request_key,
// userfaultfd, io_uring_*, swapon, nfsservctl, pivot_root, uselib, vm86, ...
namespace corten::seccomp {
namespace {

using Name = std::string_view;

constexpr Name kFiles[] = {
    "_llseek",
    "access",
    "chdir",
    "chmod",
    "chown",
    "chown32",
    "close",
    "close_range",
    "copy_file_range",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fadvise64_64",
    "fallocate",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchown32",
    "fchownat",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "file_getattr",
    "file_setattr",
    "flock",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fstatfs64",
    "fsync",
    "ftruncate",
    "ftruncate64",
    "futimesat",
    "getcwd",
    "getdents",
    "getdents64",
    "ioctl",
    "lchown",
    "lchown32",
    "link",
    "linkat",
    "lseek",
    "lstat",
    "lstat64",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "name_to_handle_at",
    "newfstatat",
    "open",
    "openat",
    "openat2",
    "pipe",
    "pipe2",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readahead",
    "readlink",
    "readlinkat",
    "readv",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "sendfile64",
    "splice",
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "symlink",
    "symlinkat",
    "sync",
    "sync_file_range",
    "syncfs",
    "tee",
    "truncate",
    "truncate64",
    "umask",
    "unlink",
    "unlinkat",
    "utime",
    "utimensat",
    "utimensat_time64",
    "utimes",
    "vmsplice",
    "write",
    "writev",
};

constexpr Name kAttributes[] = {
    "fgetxattr",   "flistxattr",    "fremovexattr", "fsetxattr",  "getxattr",     "getxattrat",
    "lgetxattr",   "listxattr",     "listxattrat",  "llistxattr", "lremovexattr", "lsetxattr",
    "removexattr", "removexattrat", "setxattr",     "setxattrat",
};

// Reading one's own mount tree; changing it stands with CAP_SYS_ADMIN.
constexpr Name kMountFacts[] = {"listmount", "statmount"};

constexpr Name kWaiting[] = {
    "_newselect",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_ctl_old",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "epoll_wait_old",
    "eventfd",
    "eventfd2",
    "fanotify_mark",
    "inotify_add_watch",
    "inotify_init",
    "inotify_init1",
    "inotify_rm_watch",
    "io_cancel",
    "io_destroy",
    "io_getevents",
    "io_pgetevents",
    "io_pgetevents_time64",
    "io_setup",
    "io_submit",
    "pause",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "select",
    "signalfd",
    "signalfd4",
};

constexpr Name kMemory[] = {
    "brk",        "cachestat",    "madvise",       "map_shadow_stack",
    "membarrier", "memfd_create", "memfd_secret",  "mincore",
    "mlock",      "mlock2",       "mlockall",      "mmap",
    "mmap2",      "mprotect",     "mremap",        "mseal",
    "msync",      "munlock",      "munlockall",    "munmap",
    "pkey_alloc", "pkey_free",    "pkey_mprotect", "remap_file_pages",
};

// clone and clone3 are in default_profile.cpp: without new namespaces, unless CAP_SYS_ADMIN is there.
constexpr Name kProcesses[] = {
    "capget",
    "capset",
    "execve",
    "execveat",
    "exit",
    "exit_group",
    "fork",
    "get_robust_list",
    "get_thread_area",
    "getegid",
    "getegid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getgroups",
    "getgroups32",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getresgid",
    "getresgid32",
    "getresuid",
    "getresuid32",
    "getrlimit",
    "getrusage",
    "getsid",
    "gettid",
    "getuid",
    "getuid32",
    "ioprio_get",
    "ioprio_set",
    "pidfd_open",
    "prctl",
    "prlimit64",
    "process_mrelease",
    // Since kernel 4.8 a traced process cannot get around its filter: seccomp is asked again after the
    // tracer. Whom they may touch is what the kernel checks: processes of the same user and pid namespace.
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "restart_syscall",
    "rseq",
    "set_robust_list",
    "set_thread_area",
    "set_tid_address",
    "setfsgid",
    "setfsgid32",
    "setfsuid",
    "setfsuid32",
    "setgid",
    "setgid32",
    "setgroups",
    "setgroups32",
    "setpgid",
    "setpriority",
    "setregid",
    "setregid32",
    "setresgid",
    "setresgid32",
    "setresuid",
    "setresuid32",
    "setreuid",
    "setreuid32",
    "setrlimit",
    "setsid",
    "setuid",
    "setuid32",
    "sysinfo",
    "times",
    "ugetrlimit",
    "uname",
    "vfork",
    "wait4",
    "waitid",
    "waitpid",
};

constexpr Name kScheduling[] = {
    "futex",
    "futex_requeue",
    "futex_time64",
    "futex_wait",
    "futex_waitv",
    "futex_wake",
    "getcpu",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
    "sched_getattr",
    "sched_getparam",
    "sched_getscheduler",
    "sched_rr_get_interval",
    "sched_rr_get_interval_time64",
    "sched_setaffinity",
    "sched_setattr",
    "sched_setparam",
    "sched_setscheduler",
    "sched_yield",
};

constexpr Name kSignals[] = {
    "kill",
    "pidfd_send_signal",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigqueueinfo",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "rt_tgsigqueueinfo",
    "sigaction",
    "sigaltstack",
    "signal",
    "sigpending",
    "sigprocmask",
    "sigreturn",
    "sigsuspend",
    "tgkill",
    "tkill",
    "uretprobe",
};

// The clock calls that set are refused by the kernel without CAP_SYS_TIME.
constexpr Name kTime[] = {
    "adjtimex",
    "alarm",
    "clock_adjtime",
    "clock_adjtime64",
    "clock_getres",
    "clock_getres_time64",
    "clock_gettime",
    "clock_gettime64",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "getitimer",
    "gettimeofday",
    "nanosleep",
    "setitimer",
    "time",
    "timer_create",
    "timer_delete",
    "timer_getoverrun",
    "timer_gettime",
    "timer_gettime64",
    "timer_settime",
    "timer_settime64",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_gettime64",
    "timerfd_settime",
    "timerfd_settime64",
};

// socket is in default_profile.cpp: not for every family.
constexpr Name kSockets[] = {
    "accept",   "accept4", "bind",     "connect",    "getpeername",     "getsockname", "getsockopt",
    "listen",   "recv",    "recvfrom", "recvmmsg",   "recvmmsg_time64", "recvmsg",     "send",
    "sendmmsg", "sendmsg", "sendto",   "setsockopt", "shutdown",        "socketcall",  "socketpair",
};

constexpr Name kIpc[] = {
    "ipc",
    "mq_getsetattr",
    "mq_notify",
    "mq_open",
    "mq_timedreceive",
    "mq_timedreceive_time64",
    "mq_timedsend",
    "mq_timedsend_time64",
    "mq_unlink",
    "msgctl",
    "msgget",
    "msgrcv",
    "msgsnd",
    "semctl",
    "semget",
    "semop",
    "semtimedop",
    "semtimedop_time64",
    "shmat",
    "shmctl",
    "shmdt",
    "shmget",
};

constexpr Name kRestricting[] = {
    "getrandom",         "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
    "lsm_get_self_attr", "lsm_list_modules",  "lsm_set_self_attr",       "seccomp",
};

constexpr CallGroup kOrdinary[] = {
    {"files: checked by permissions, and the root is the container's", kFiles},
    {"extended attributes: as files", kAttributes},
    {"what is mounted where, in one's own mount namespace", kMountFacts},
    {"waiting for descriptors, and asynchronous reads and writes", kWaiting},
    {"one's own memory", kMemory},
    {"processes of the container, and one's own ids within its capabilities", kProcesses},
    {"processors and locks: limited by the cgroup", kScheduling},
    {"signals: no further than the pid namespace", kSignals},
    {"clocks and timers", kTime},
    {"sockets: of the network namespace", kSockets},
    {"System V and POSIX queues: of the ipc namespace", kIpc},
    {"randomness, and what takes rights from oneself", kRestricting},
};

// New namespaces, mounts and what watches or programs the whole kernel.
constexpr Name kSysAdmin[] = {
    "bpf",         "clone",          "clone3",          "fanotify_init", "fsconfig",      "fsmount",
    "fsopen",      "fspick",         "lookup_dcookie",  "mount",         "mount_setattr", "move_mount",
    "open_tree",   "open_tree_attr", "perf_event_open", "quotactl",      "quotactl_fd",   "setdomainname",
    "sethostname", "setns",          "syslog",          "umount",        "umount2",       "unshare",
};
// By handle a file is opened that no path of the container leads to.
constexpr Name kDacReadSearch[] = {"open_by_handle_at"};
constexpr Name kSysBoot[] = {"reboot"};
constexpr Name kSysChroot[] = {"chroot"};
constexpr Name kSysModule[] = {"delete_module", "finit_module", "init_module"};
constexpr Name kSysPacct[] = {"acct"};
constexpr Name kSysPtrace[] = {"kcmp", "pidfd_getfd", "process_madvise"};
constexpr Name kSysRawio[] = {"ioperm", "iopl"};
constexpr Name kSysTime[] = {"clock_settime", "clock_settime64", "settimeofday", "stime"};
constexpr Name kSysTtyConfig[] = {"vhangup"};
constexpr Name kSysNice[] = {"get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"};
constexpr Name kSyslog[] = {"syslog"};
constexpr Name kBpf[] = {"bpf"};
constexpr Name kPerfmon[] = {"perf_event_open"};

constexpr CapabilityGroup kPrivileged[] = {
    {"CAP_SYS_ADMIN", kSysAdmin},
    {"CAP_DAC_READ_SEARCH", kDacReadSearch},
    {"CAP_SYS_BOOT", kSysBoot},
    {"CAP_SYS_CHROOT", kSysChroot},
    {"CAP_SYS_MODULE", kSysModule},
    {"CAP_SYS_PACCT", kSysPacct},
    {"CAP_SYS_PTRACE", kSysPtrace},
    {"CAP_SYS_RAWIO", kSysRawio},
    {"CAP_SYS_TIME", kSysTime},
    {"CAP_SYS_TTY_CONFIG", kSysTtyConfig},
    {"CAP_SYS_NICE", kSysNice},
    {"CAP_SYSLOG", kSyslog},
    {"CAP_BPF", kBpf},
    {"CAP_PERFMON", kPerfmon},
};

constexpr Name kX86[] = {"arch_prctl", "modify_ldt"};
constexpr Name kArm[] = {"arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush",
                         "set_tls",          "sync_file_range2"};
constexpr Name kPowerpc[] = {"sync_file_range2", "swapcontext"};
constexpr Name kS390[] = {"s390_pci_mmio_read", "s390_pci_mmio_write", "s390_runtime_instr"};
constexpr Name kRiscv[] = {"riscv_flush_icache", "riscv_hwprobe"};

constexpr ArchitectureGroup kByArchitecture[] = {
    {"amd64", kX86},       {"386", kX86},    {"arm", kArm},       {"arm64", kArm},
    {"ppc64le", kPowerpc}, {"s390x", kS390}, {"riscv64", kRiscv},
};

}  // namespace

std::span<const CallGroup> ordinary_calls() { return kOrdinary; }
std::span<const CapabilityGroup> privileged_calls() { return kPrivileged; }
std::span<const ArchitectureGroup> architecture_calls() { return kByArchitecture; }

}  // namespace corten::seccomp
