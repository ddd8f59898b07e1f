#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/timestamp.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

/// What the kernel knows about a file, and the calls that change it.
namespace corten::sys {

enum class FileType : std::uint8_t {
  unknown,
  regular,
  directory,
  symlink,
  character_device,
  block_device,
  fifo,
  socket,
};

/// The type in the high bits of an st_mode.
FileType file_type_of_mode(std::uint32_t mode);

struct DeviceNumber {
  std::uint32_t major_number = 0;
  std::uint32_t minor_number = 0;

  auto operator<=>(const DeviceNumber&) const = default;
};

struct FileStatus {
  FileType type = FileType::unknown;
  std::uint32_t permissions = 0;  ///< The low 12 bits: rwx three times, setuid, setgid, sticky.
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t link_count = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t allocated_bytes = 0;  ///< Less than size_bytes for a sparse file.
  std::uint64_t inode = 0;
  DeviceNumber device;          ///< The file system that holds the file.
  DeviceNumber special_device;  ///< What a device node stands for.
  Timestamp accessed;
  Timestamp modified;
  Timestamp changed;
  std::optional<Timestamp> created;       ///< Where the file system keeps it.
  std::optional<std::uint64_t> mount_id;  ///< Kernel 5.8; the id in /proc/self/mountinfo.
  bool is_mount_root = false;             ///< Kernel 5.8.

  bool is_directory() const { return type == FileType::directory; }
  bool is_regular() const { return type == FileType::regular; }
  bool is_symlink() const { return type == FileType::symlink; }
  /// True for two names of one file.
  bool same_file(const FileStatus& other) const { return inode == other.inode && device == other.device; }
};

/// Works on O_PATH descriptors too.
Result<FileStatus> fstat(BorrowedFd fd);

enum class Symlinks : std::uint8_t { follow, no_follow };

/// Does not trigger automounts.
Result<FileStatus> fstatat(BorrowedFd dir, PathArg path, Symlinks symlinks = Symlinks::no_follow);

/// As fstatat without following, but absence is not an error.
Result<std::optional<FileStatus>> find_status(BorrowedFd dir, PathArg path);

Result<> fchmod(BorrowedFd fd, mode_t mode);
/// Never follows a symlink as the last component: `unsupported` for one, as Linux has no modes for them. The
/// object changed is the one that was looked at (an O_PATH descriptor and /proc; fchmodat2 is kernel 6.6).
Result<> fchmodat(BorrowedFd dir, PathArg path, mode_t mode);

constexpr std::uint32_t kUnchangedId = static_cast<std::uint32_t>(-1);
Result<> fchown(BorrowedFd fd, std::uint32_t uid, std::uint32_t gid);
/// Changes a symlink itself. Clears setuid and setgid bits and file capabilities: set those afterwards.
Result<> fchownat(BorrowedFd dir, PathArg path, std::uint32_t uid, std::uint32_t gid);

/// An absent time is left as it is. Changes a symlink itself.
struct FileTimes {
  std::optional<Timestamp> accessed;
  std::optional<Timestamp> modified;
};
Result<> utimensat(BorrowedFd dir, PathArg path, const FileTimes& times);
Result<> futimens(BorrowedFd fd, const FileTimes& times);

}  // namespace corten::sys
