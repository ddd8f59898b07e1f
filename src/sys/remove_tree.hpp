#pragma once

#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::sys {

/// Removes `name` in `dir` and everything below it; success when it is not there. Never follows a symlink and
/// never enters another mount: failed_precondition names the mount point, and what stands behind it is
/// untouched (bind mounts within one file system are recognised from kernel 5.8 on). Opens up directories
/// of the tree whose mode forbids reading, writing or searching, if the caller may (never `dir` itself). Any
/// depth: a few descriptors, no recursion.
///
/// Stops at the first thing that cannot be removed. Others may add and remove entries meanwhile; names
/// created in a directory faster than they can be removed end in failed_precondition (ENOTEMPTY).
Result<> remove_tree_at(BorrowedFd dir, PathArg name);

}  // namespace corten::sys
