#include "sys/disk_space.hpp"

#include <sys/statvfs.h>

#include <cerrno>

#include "sys/retry.hpp"

namespace corten::sys {

Result<DiskSpace> find_disk_space(BorrowedFd fd) {
  struct statvfs status{};
  if (retry_on_eintr([&] { return ::fstatvfs(fd.get(), &status); }) != 0) {
    const int err = errno;
    return fail_errno(err, "asking for free disk space");
  }
  return DiskSpace{.total_bytes = std::uint64_t{status.f_blocks} * status.f_frsize,
                   .available_bytes = std::uint64_t{status.f_bavail} * status.f_frsize};
}

}  // namespace corten::sys
