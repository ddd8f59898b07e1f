#pragma once

#include "runtime/init/context.hpp"
#include "sys/mount.hpp"

namespace corten::runtime {

/// "tmpcopyup": mounts a tmpfs on `target` that begins with a copy of what the directory holds: files,
/// directories, links and device nodes with owners, modes and times. Read-only only afterwards.
Result<> mount_with_copy(const InitContext& context, sys::BorrowedFd target, sys::MountRequest request);

}  // namespace corten::runtime
