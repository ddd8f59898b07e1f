#include "seccomp/actions.hpp"

#include <linux/seccomp.h>

#include <cerrno>
#include <string_view>

#include "sys/seccomp_filter.hpp"

namespace corten::seccomp {
namespace {

constexpr std::uint32_t kMaxErrno = 4095;  // MAX_ERRNO of the kernel: it answers no larger one

std::uint32_t value_of(oci::SeccompAction action) {
  switch (action) {
    case oci::SeccompAction::kill:  // the older name of the next but one
    case oci::SeccompAction::kill_thread:
      return SECCOMP_RET_KILL_THREAD;
    case oci::SeccompAction::kill_process:
      return SECCOMP_RET_KILL_PROCESS;
    case oci::SeccompAction::trap:
      return SECCOMP_RET_TRAP;
    case oci::SeccompAction::return_errno:
      return SECCOMP_RET_ERRNO;
    case oci::SeccompAction::trace:
      return SECCOMP_RET_TRACE;
    case oci::SeccompAction::allow:
      return SECCOMP_RET_ALLOW;
    case oci::SeccompAction::log:
      return SECCOMP_RET_LOG;
    case oci::SeccompAction::notify:
      return SECCOMP_RET_USER_NOTIF;
  }
  return SECCOMP_RET_KILL_PROCESS;
}

bool takes_errno(oci::SeccompAction action) {
  return action == oci::SeccompAction::return_errno || action == oci::SeccompAction::trace;
}

}  // namespace

Result<std::uint32_t> kernel_action(oci::SeccompAction action, std::optional<std::uint32_t> errno_ret) {
  const std::string_view name = oci::names_of(action)[static_cast<std::size_t>(action)];
  const std::uint32_t value = value_of(action);
  if (!sys::has_seccomp_action(value)) {
    return fail(Errc::unsupported, "'{}' is an action that this kernel does not know", name);
  }
  if (!takes_errno(action)) {
    if (errno_ret) return fail(Errc::invalid_argument, "'{}' returns no errno, but one is given", name);
    return value;
  }
  const std::uint32_t number = errno_ret.value_or(EPERM);
  if (number > kMaxErrno) {
    return fail(Errc::invalid_argument, "errno {} is too large, {} is the largest", number, kMaxErrno);
  }
  return value | number;
}

}  // namespace corten::seccomp
