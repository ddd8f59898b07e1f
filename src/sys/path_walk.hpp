#pragma once

#include <sys/types.h>

#include <cstdint>

#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

/// The resolver behind sys/openat2.hpp for kernels without that call, and for making directories, which it
/// cannot do. Call open_in_root() and its neighbours instead.
///
/// One component at a time by O_PATH | O_NOFOLLOW descriptors; the descriptors of all levels are kept, so
/// ".." goes back to where we came from and never asks the disk. Whoever swaps names meanwhile can make the
/// walk fail or find another file of the tree, not leave it. What a directory renamed out of the tree could
/// still do is caught at the end through /proc/self/fd.
namespace corten::sys {

enum class WalkScope : std::uint8_t {
  in_root,  ///< RESOLVE_IN_ROOT
  beneath,  ///< RESOLVE_BENEATH
};

Result<UniqueFd> walk_open(BorrowedFd root, PathArg path, int flags, mode_t mode, WalkScope scope);

/// O_PATH descriptor of the directory, after making what is missing.
Result<UniqueFd> walk_make_directories(BorrowedFd root, PathArg path, mode_t mode);

}  // namespace corten::sys
