#pragma once

#include <cstdint>
#include <optional>

#include "sys/fd.hpp"
#include "sys/mount.hpp"
#include "sys/path_arg.hpp"

namespace corten::sys {

/// What mount_setattr(2) changes, as MOUNT_ATTR_* bits of <sys/mount.h>.
struct MountAttributes {
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
  std::optional<Propagation> propagation = std::nullopt;
  /// Shows owners through the maps of this user namespace (MOUNT_ATTR_IDMAP); detached mounts only.
  std::optional<BorrowedFd> user_namespace = std::nullopt;
};

/// `unsupported` (ENOSYS) before kernel 5.12.
Result<> set_mount_attributes(BorrowedFd mount, const MountAttributes& attributes,
                              Subtree subtree = Subtree::only_this);

/// A mount that is not attached anywhere yet: files in it can be reached through fd(). Unmounted by the
/// kernel when dropped. Kernel 5.2; `unsupported` before, then use mount_filesystem() and bind_mount().
class DetachedMount {
 public:
  /// A new file system. Values over 255 bytes are refused with invalid_argument: fsconfig takes no longer
  /// ones.
  static Result<DetachedMount> create(const MountRequest& request);

  /// A second view of a directory or file that is mounted already.
  static Result<DetachedMount> clone(BorrowedFd source, Subtree subtree);

  /// Its root, an O_PATH descriptor.
  const UniqueFd& fd() const { return fd_; }

  Result<> set_attributes(const MountAttributes& attributes, Subtree subtree = Subtree::only_this);

  /// Puts it on top of what `target` stands for. It stays there when this object is gone.
  Result<> attach(BorrowedFd target) &&;

 private:
  explicit DetachedMount(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// Whether `request` can go through fsconfig.
bool fits_fsconfig(const MountRequest& request);

}  // namespace corten::sys
