#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"
#include "sys/path_arg.hpp"

/// Paths inside a tree that somebody else controls: a container's root filesystem, an unpacked layer, a build
/// context. The tree may be changed, symlinks swapped and directories renamed while we look; the result is
/// always inside.
///
/// openat2 (kernel 5.6) does the work. Where it is missing or a seccomp filter forbids it, a walk by
/// descriptors gives the same answers (sys/path_walk.hpp); it holds one descriptor per level and stops at
/// 256. Magic links (/proc/self/exe, /proc/self/fd/3, ...) are never followed: failed_precondition, ELOOP.
///
/// Flags are those of <fcntl.h>; O_CLOEXEC is added, and O_NOCTTY, for nothing here is our terminal. `mode`
/// counts with O_CREAT and passes the umask.
namespace corten::sys {

/// As if `root` were "/": absolute paths and symlinks start there, ".." stops there.
Result<UniqueFd> open_in_root(BorrowedFd root, PathArg path, int flags, mode_t mode = 0,
                              const Kernel& kernel = {});

/// The path and every symlink on the way must be relative and never climb above `base`; one that does is
/// refused with EXDEV.
Result<UniqueFd> open_beneath(BorrowedFd base, PathArg path, int flags, mode_t mode = 0,
                              const Kernel& kernel = {});

/// An O_PATH descriptor of what `path` means inside the root, the last symlink followed too. What mounts and
/// copies use as their target.
Result<UniqueFd> resolve_in_root(BorrowedFd root, PathArg path, const Kernel& kernel = {});

/// Makes the directory and its missing parents inside the root, owned by the caller, and returns an O_PATH
/// descriptor of it. A dangling symlink on the way is followed, as `mkdir -p` inside the container would not,
/// but as mount destinations in images need it: its target is made, inside the root.
Result<UniqueFd> mkdir_all_in_root(BorrowedFd root, PathArg path, mode_t mode, const Kernel& kernel = {});

/// A place for a new or existing name: `name` is one component, neither empty nor "." nor "..", and is not
/// resolved any further. Use it with the *at calls that do not follow symlinks.
struct ParentAndName {
  UniqueFd parent;  ///< O_PATH
  std::string name;
};

enum class MissingParents : std::uint8_t { fail, create };

/// Resolves all but the last component. Slashes at the end are dropped. invalid_argument for a path that has
/// no last name ("/", "a/..").
Result<ParentAndName> open_parent_in_root(BorrowedFd root, PathArg path, MissingParents missing,
                                          mode_t mode = 0755, const Kernel& kernel = {});

}  // namespace corten::sys
