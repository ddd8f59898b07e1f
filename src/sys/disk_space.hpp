#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "sys/fd.hpp"

namespace corten::sys {

struct DiskSpace {
  std::uint64_t total_bytes = 0;
  /// What the caller may still use: without the blocks kept back for root.
  std::uint64_t available_bytes = 0;
};

/// Of the file system that holds `fd`. Quotas are not in it.
Result<DiskSpace> find_disk_space(BorrowedFd fd);

}  // namespace corten::sys
