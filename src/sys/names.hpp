#pragma once

#include <sys/types.h>

#include <string>

#include "sys/fd.hpp"
#include "sys/file_status.hpp"
#include "sys/path_arg.hpp"

/// Making, renaming and removing names in directories. Nothing here follows a symlink as the last component.
namespace corten::sys {

/// The target of a symlink, any length up to what the kernel allows.
Result<std::string> readlinkat(BorrowedFd dir, PathArg path);
/// As above for an O_PATH | O_NOFOLLOW descriptor of the symlink itself.
Result<std::string> readlink(BorrowedFd link);
Result<> symlinkat(PathArg target, BorrowedFd dir, PathArg path);

/// A hard link to the file itself, also when that is a symlink.
Result<> linkat(BorrowedFd from_dir, PathArg from, BorrowedFd to_dir, PathArg to);
/// Gives a name to an open file, such as one made with O_TMPFILE. Needs /proc.
Result<> link_fd(BorrowedFd file, BorrowedFd to_dir, PathArg to);

/// `mode` passes the umask.
Result<> mkdirat(BorrowedFd dir, PathArg path, mode_t mode);
/// Makes the directory and its missing parents; success if it is there already. For paths we trust: symlinks
/// in it are followed.
Result<> ensure_directory(BorrowedFd dir, PathArg path, mode_t mode);
/// An existing directory, O_RDONLY.
Result<UniqueFd> open_directory(BorrowedFd dir, PathArg path);

/// A device node, FIFO, socket or empty file; `device` counts for the first two kinds only. Devices need
/// CAP_MKNOD in the initial user namespace.
Result<> mknodat(BorrowedFd dir, PathArg path, FileType type, mode_t mode, DeviceNumber device = {});

enum class Removed : std::uint8_t { file, directory };
Result<> unlinkat(BorrowedFd dir, PathArg path, Removed what = Removed::file);

enum class RenameMode : std::uint8_t {
  replace,     ///< What was at the new name is gone, atomically.
  no_replace,  ///< already_exists when the new name is taken.
  exchange,    ///< The two names swap what they stand for.
};
Result<> renameat(BorrowedFd from_dir, PathArg from, BorrowedFd to_dir, PathArg to,
                  RenameMode mode = RenameMode::replace);

}  // namespace corten::sys
