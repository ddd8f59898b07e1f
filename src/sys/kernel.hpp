#pragma once

namespace corten::sys {

/// Which newer system calls a function may try before it takes its fallback. All of them by default: what the
/// running kernel or a seccomp filter does not offer is found out by trying, never from a version number.
/// Tests switch some off to walk the fallbacks.
struct Kernel {
  bool openat2 = true;          ///< 5.6
  bool clone3 = true;           ///< 5.3; CLONE_CLEAR_SIGHAND 5.5
  bool close_range = true;      ///< 5.9; CLOSE_RANGE_CLOEXEC 5.11
  bool mount_api = true;        ///< fsopen, open_tree, move_mount: 5.2
  bool mount_setattr = true;    ///< 5.12
  bool xattrat = true;          ///< getxattrat and family: 6.13
  bool reflink = true;          ///< FICLONE: 4.5, btrfs, xfs, bcachefs
  bool copy_file_range = true;  ///< 4.5, between file systems 5.19
  bool sendfile = true;         ///< into files: 2.6.33
  bool tmpfile = true;          ///< O_TMPFILE: 3.11
};

}  // namespace corten::sys
