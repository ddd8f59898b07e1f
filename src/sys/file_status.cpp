#include "sys/file_status.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"

namespace corten::sys {

namespace {

Timestamp to_timestamp(const statx_timestamp& time) {
  return {.seconds = time.tv_sec, .nanoseconds = static_cast<std::int32_t>(time.tv_nsec)};
}

FileStatus to_status(const struct statx& raw) {
  FileStatus status;
  status.type = file_type_of_mode(raw.stx_mode);
  status.permissions = raw.stx_mode & 07777U;
  status.uid = raw.stx_uid;
  status.gid = raw.stx_gid;
  status.link_count = raw.stx_nlink;
  status.size_bytes = raw.stx_size;
  status.allocated_bytes = raw.stx_blocks * 512;
  status.inode = raw.stx_ino;
  status.device = {raw.stx_dev_major, raw.stx_dev_minor};
  status.special_device = {raw.stx_rdev_major, raw.stx_rdev_minor};
  status.accessed = to_timestamp(raw.stx_atime);
  status.modified = to_timestamp(raw.stx_mtime);
  status.changed = to_timestamp(raw.stx_ctime);
  if ((raw.stx_mask & STATX_BTIME) != 0) status.created = to_timestamp(raw.stx_btime);
  if ((raw.stx_mask & STATX_MNT_ID) != 0) status.mount_id = raw.stx_mnt_id;
  status.is_mount_root = (raw.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return status;
}

int raw_statx(int dir, const char* path, int flags, struct statx& raw) {
  return ::statx(dir, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &raw);
}

timespec to_timespec(const std::optional<Timestamp>& time) {
  if (!time) return {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return {.tv_sec = time->seconds, .tv_nsec = time->nanoseconds};
}

}  // namespace

FileType file_type_of_mode(std::uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::regular;
    case S_IFDIR:
      return FileType::directory;
    case S_IFLNK:
      return FileType::symlink;
    case S_IFCHR:
      return FileType::character_device;
    case S_IFBLK:
      return FileType::block_device;
    case S_IFIFO:
      return FileType::fifo;
    case S_IFSOCK:
      return FileType::socket;
    default:
      return FileType::unknown;
  }
}

Result<FileStatus> fstat(BorrowedFd fd) {
  struct statx raw{};
  if (raw_statx(fd.get(), "", AT_EMPTY_PATH, raw) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the status of descriptor {}", fd.get());
  }
  return to_status(raw);
}

Result<FileStatus> fstatat(BorrowedFd dir, PathArg path, Symlinks symlinks) {
  struct statx raw{};
  const int flags = symlinks == Symlinks::no_follow ? AT_SYMLINK_NOFOLLOW : 0;
  if (raw_statx(dir.get(), path.c_str(), flags, raw) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the status of '{}'", path.shown());
  }
  return to_status(raw);
}

Result<std::optional<FileStatus>> find_status(BorrowedFd dir, PathArg path) {
  auto status = fstatat(dir, path, Symlinks::no_follow);
  if (status) return std::optional(*status);
  if (status.error().errnum() == ENOENT || status.error().errnum() == ENOTDIR) return std::nullopt;
  return std::unexpected(std::move(status).error());
}

Result<> fchmod(BorrowedFd fd, mode_t mode) {
  if (::fchmod(fd.get(), mode) == 0) return {};
  int err = errno;
  if (err == EBADF && ::chmod(proc_path(fd).c_str(), mode) == 0) return {};  // an O_PATH descriptor
  if (err == EBADF) err = errno;
  return fail_errno(err, "changing the mode of descriptor {}", fd.get());
}

Result<> fchmodat(BorrowedFd dir, PathArg path, mode_t mode) {
  const auto fd = TRY(openat(dir, path, O_PATH | O_NOFOLLOW));
  const auto status = TRY(fstat(fd));
  // Some file systems did change a symlink's mode and still reported EOPNOTSUPP (kernel before 6.6).
  if (status.is_symlink()) {
    return fail_errno(EOPNOTSUPP, "changing the mode of the symbolic link '{}'", path.shown());
  }
  TRY_CTX(fchmod(fd, mode), "'{}'", path.shown());
  return {};
}

Result<> fchown(BorrowedFd fd, std::uint32_t uid, std::uint32_t gid) {
  if (::fchownat(fd.get(), "", uid, gid, AT_EMPTY_PATH) != 0) {
    const int err = errno;
    return fail_errno(err, "changing the owner of descriptor {} to {}:{}", fd.get(), uid, gid);
  }
  return {};
}

Result<> fchownat(BorrowedFd dir, PathArg path, std::uint32_t uid, std::uint32_t gid) {
  if (::fchownat(dir.get(), path.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) != 0) {
    const int err = errno;
    return fail_errno(err, "changing the owner of '{}' to {}:{}", path.shown(), uid, gid);
  }
  return {};
}

Result<> utimensat(BorrowedFd dir, PathArg path, const FileTimes& times) {
  const timespec both[2] = {to_timespec(times.accessed), to_timespec(times.modified)};
  if (::utimensat(dir.get(), path.c_str(), both, AT_SYMLINK_NOFOLLOW) != 0) {
    const int err = errno;
    return fail_errno(err, "setting the times of '{}'", path.shown());
  }
  return {};
}

Result<> futimens(BorrowedFd fd, const FileTimes& times) {
  const timespec both[2] = {to_timespec(times.accessed), to_timespec(times.modified)};
  if (::futimens(fd.get(), both) != 0) {
    const int err = errno;
    return fail_errno(err, "setting the times of descriptor {}", fd.get());
  }
  return {};
}

}  // namespace corten::sys
