#pragma once

#include <string>
#include <vector>

#include "sys/fd.hpp"
#include "sys/mount.hpp"

namespace corten::snapshot {

/// How to get the root filesystem of an active snapshot: one mount of type "overlay", or a bind mount of a
/// directory (type "bind", `source` is absolute).
struct RootfsMount {
  std::string type;
  std::string source;
  std::vector<sys::MountOption> options = {};
  std::uint64_t attributes = 0;  ///< MOUNT_ATTR_* of <sys/mount.h>: MOUNT_ATTR_RDONLY for read-only ones.
  /// Absolute. Paths in the options are relative to it: the names of 128 layers must fit into the one page
  /// that mount(2) takes, so whoever mounts makes it the current directory first.
  std::string working_directory = {};
};

/// Mounts it on what `target` stands for, in the caller's mount namespace. Changes the current directory and
/// back: for single-threaded helpers and tests.
Result<> mount_rootfs(const RootfsMount& mount, sys::BorrowedFd target);

}  // namespace corten::snapshot
