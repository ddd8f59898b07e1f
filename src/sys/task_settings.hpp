#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "sys/path_arg.hpp"

/// Settings of the calling task for which glibc has no function.
namespace corten::sys {

/// Joins the session keyring of that name, or makes it (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING).
Result<> join_session_keyring(PathArg name);

/// sched_setattr(2), kernel 3.14. Policies and flags are those of <linux/sched.h>; times in nanoseconds.
struct SchedulerSettings {
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};
Result<> set_scheduler(const SchedulerSettings& settings);

/// ioprio_set(2); the class and level are those of <linux/ioprio.h>.
Result<> set_io_priority(int io_class, int level);

}  // namespace corten::sys
