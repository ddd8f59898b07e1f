#include "sys/namespaces.hpp"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::sys {

Result<> unshare(int flags) {
  if (::unshare(flags) != 0) {
    const int err = errno;
    return fail_errno(err, "making namespaces (flags {:#x})", static_cast<unsigned>(flags));
  }
  return {};
}

Result<> setns(BorrowedFd fd, int types) {
  if (::setns(fd.get(), types) != 0) {
    const int err = errno;
    return fail_errno(err, "joining a namespace (types {:#x})", static_cast<unsigned>(types));
  }
  return {};
}

Result<UniqueFd> open_namespace(const char* name, pid_t pid) {
  if (pid == 0) return open(fmt::format("/proc/self/ns/{}", name), O_RDONLY);
  return open(fmt::format("/proc/{}/ns/{}", pid, name), O_RDONLY);
}

Result<bool> same_namespace(BorrowedFd a, BorrowedFd b) {
  const auto first = TRY(fstat(a));
  const auto second = TRY(fstat(b));
  return first.same_file(second);
}

}  // namespace corten::sys
