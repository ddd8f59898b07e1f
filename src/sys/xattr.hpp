#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"
#include "sys/fd.hpp"
#include "sys/kernel.hpp"
#include "sys/path_arg.hpp"

/// Extended attributes (xattr(7)), on open files and on names without following a symlink. The descriptor may
/// be an O_PATH one. `name` must be one component in `dir`. Names through *xattrat (kernel 6.13), else
/// through an O_PATH descriptor and /proc.
namespace corten::sys {

/// Attribute names, sorted. Empty where the file system has no attributes.
Result<std::vector<std::string>> list_xattrs(BorrowedFd fd);
Result<std::vector<std::string>> list_xattrs(BorrowedFd dir, PathArg name, const Kernel& kernel = {});

/// The value, any bytes; nothing if the file does not have the attribute.
Result<std::optional<std::string>> find_xattr(BorrowedFd fd, PathArg attribute);
Result<std::optional<std::string>> find_xattr(BorrowedFd dir, PathArg name, PathArg attribute,
                                              const Kernel& kernel = {});

/// Makes or replaces it. `unsupported` where the file system has none of that kind; user.* attributes exist
/// on regular files and directories only (permission_denied).
Result<> set_xattr(BorrowedFd fd, PathArg attribute, Bytes value);
Result<> set_xattr(BorrowedFd dir, PathArg name, PathArg attribute, Bytes value, const Kernel& kernel = {});

/// Success if it was not there.
Result<> remove_xattr(BorrowedFd fd, PathArg attribute);
Result<> remove_xattr(BorrowedFd dir, PathArg name, PathArg attribute, const Kernel& kernel = {});

}  // namespace corten::sys
