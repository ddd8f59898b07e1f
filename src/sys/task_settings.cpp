#include "sys/task_settings.hpp"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace corten::sys {

namespace {

// linux/ioprio.h cannot be read as C++: one of its parameters is named "class".
constexpr int kIoPriorityOfProcess = 1;
constexpr int kIoPriorityClassShift = 13;

// struct sched_attr of linux/sched/types.h, which clashes with <sched.h>: its first version, all that is
// asked for.
struct SchedulerAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};
static_assert(sizeof(SchedulerAttributes) == 48);

}  // namespace

Result<> join_session_keyring(PathArg name) {
  const long serial = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str(), 0, 0, 0);
  if (serial < 0) {
    const int err = errno;
    return fail_errno(err, "joining the session keyring '{}'", name.shown());
  }
  // What a new keyring has (security/keys/process_keys.c), and KEY_USR_SEARCH: without it the next process
  // would not find it by its name, but make another. One that was there already has it.
  constexpr unsigned long kPermissions = 0x3f13'0000UL | 0x0008'0000UL;
  (void)::syscall(SYS_keyctl, KEYCTL_SETPERM, serial, kPermissions, 0, 0);
  return {};
}

Result<> set_scheduler(const SchedulerSettings& settings) {
  SchedulerAttributes attributes = {.size = sizeof attributes,
                                    .policy = settings.policy,
                                    .flags = settings.flags,
                                    .nice = settings.nice,
                                    .priority = settings.priority,
                                    .runtime = settings.runtime_ns,
                                    .deadline = settings.deadline_ns,
                                    .period = settings.period_ns};
  if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0) {
    const int err = errno;
    return fail_errno(err, "setting the scheduling policy {}", settings.policy);
  }
  return {};
}

Result<> set_io_priority(int io_class, int level) {
  if (::syscall(SYS_ioprio_set, kIoPriorityOfProcess, 0, io_class << kIoPriorityClassShift | level) != 0) {
    const int err = errno;
    return fail_errno(err, "setting the I/O priority {} of class {}", level, io_class);
  }
  return {};
}

}  // namespace corten::sys
