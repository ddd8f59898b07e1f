#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"
#include "sys/path_arg.hpp"

/// Mounting onto descriptors: the target is looked up once (open_in_root) and cannot be swapped afterwards.
/// A descriptor belongs to the mount namespace it was opened in: one from before unshare() or setns() is
/// refused with EINVAL as source and as target. Attribute bits are the MOUNT_ATTR_* of <sys/mount.h>; never
/// include <linux/mount.h> beside it.
namespace corten::sys {

/// An option of a file system: "size=64k", or "ro" without a value.
struct MountOption {
  std::string key;
  std::optional<std::string> value = std::nullopt;
};

/// What to mount. `attributes` belong to the mount, `options` to the file system.
struct MountRequest {
  std::string type;         ///< "proc", "tmpfs", "overlay"
  std::string source = {};  ///< What /proc/mounts shows; a device for file systems on one.
  std::vector<MountOption> options = {};
  std::uint64_t attributes = 0;
};

/// Mounts a new file system on what `target` stands for (O_PATH is enough). By fsopen and move_mount, whose
/// errors carry the file system's own words; by mount(2) where the calls are missing or a value is longer
/// than the 255 bytes fsconfig takes.
Result<> mount_filesystem(BorrowedFd target, const MountRequest& request, const Kernel& kernel = {});

enum class Subtree : std::uint8_t { only_this, recursive };

struct BindRequest {
  Subtree subtree = Subtree::only_this;  ///< Take the mounts below the source along.
  std::uint64_t attributes = 0;          ///< Added to those of the source.
  std::uint64_t cleared = 0;             ///< Taken away from those of the source.
  Subtree attributes_on = Subtree::only_this;
};

/// Shows `source` at `target` too; both directories or both other files. Without mount_setattr (kernel 5.12)
/// recursive attributes are `unsupported`.
Result<> bind_mount(BorrowedFd source, BorrowedFd target, const BindRequest& request = {},
                    const Kernel& kernel = {});

/// Sets and clears attributes of the mount whose root `mount` is, and keeps the others. By mount_setattr;
/// where that is missing by a remount, which cannot be recursive (`unsupported`).
Result<> change_mount_attributes(BorrowedFd mount, std::uint64_t set, std::uint64_t clear,
                                 Subtree subtree = Subtree::only_this, const Kernel& kernel = {});

enum class Propagation : std::uint8_t {
  none,        ///< MS_PRIVATE
  slave,       ///< From elsewhere to here only.
  shared,      ///< Both ways.
  unbindable,  ///< As none, and never part of a bind mount.
};

/// How mounts made at `path` or elsewhere show in each other. `path` must be a mount point.
Result<> set_propagation(PathArg path, Propagation propagation, Subtree subtree);

/// MNT_* and UMOUNT_* flags of <sys/mount.h>; UMOUNT_NOFOLLOW is added.
Result<> unmount(PathArg path, int flags = 0);

Result<> pivot_root(PathArg new_root, PathArg put_old);

/// Makes `root`, which must be a mount point, the root and the current directory of this mount namespace and
/// lets go of the old one. pivot_root(2), "pivot_root(".", ".")".
Result<> enter_root(BorrowedFd root);

/// As enter_root() where pivot_root(2) cannot work, on the initial ramfs: the mount is moved over "/" and
/// chroot(2) entered. What it covers stays mounted, out of reach only for who cannot mount and chroot.
Result<> enter_root_without_pivot(BorrowedFd root);

/// A mount at a path, taken away (MNT_DETACH) when dropped. For what outlives no scope; mounts of containers
/// go away with their namespace.
class MountPoint {
 public:
  /// Takes over a mount that is there.
  explicit MountPoint(std::string path) : path_(std::move(path)) {}
  MountPoint(MountPoint&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  MountPoint& operator=(MountPoint&& other) noexcept;
  MountPoint(const MountPoint&) = delete;
  MountPoint& operator=(const MountPoint&) = delete;
  ~MountPoint();

  const std::string& path() const { return path_; }

  /// Now, and not lazily: failed_precondition (EBUSY) while something in it is in use.
  Result<> unmount() &&;
  /// Leaves it mounted.
  std::string release() && { return std::exchange(path_, {}); }

 private:
  void drop() noexcept;
  std::string path_;  // empty: nothing to do
};

}  // namespace corten::sys
