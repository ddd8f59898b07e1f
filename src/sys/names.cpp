#include "sys/names.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>

#include "sys/file.hpp"

namespace corten::sys {

namespace {

Result<std::string> read_link(int dir, const char* path, std::string_view shown) {
  std::string text(PATH_MAX, '\0');
  const auto size = ::readlinkat(dir, path, text.data(), text.size());
  if (size < 0) {
    const int err = errno;
    return fail_errno(err, "reading the link '{}'", shown);
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

mode_t type_bits(FileType type) {
  switch (type) {
    case FileType::regular:
      return S_IFREG;
    case FileType::character_device:
      return S_IFCHR;
    case FileType::block_device:
      return S_IFBLK;
    case FileType::fifo:
      return S_IFIFO;
    case FileType::socket:
      return S_IFSOCK;
    default:
      return 0;
  }
}

// EEXIST also stands for a file in the way; a directory is what the caller wanted.
Result<> accept_existing_directory(BorrowedFd dir, PathArg path) {
  const auto status = TRY(fstatat(dir, path, Symlinks::follow));
  if (!status.is_directory()) return fail_errno(ENOTDIR, "making the directory '{}'", path.shown());
  return {};
}

}  // namespace

Result<std::string> readlinkat(BorrowedFd dir, PathArg path) {
  return read_link(dir.get(), path.c_str(), path.shown());
}

Result<std::string> readlink(BorrowedFd link) {
  // An empty path means the descriptor itself (kernel 2.6.39).
  return read_link(link.get(), "", "");
}

Result<> symlinkat(PathArg target, BorrowedFd dir, PathArg path) {
  if (::symlinkat(target.c_str(), dir.get(), path.c_str()) != 0) {
    const int err = errno;
    return fail_errno(err, "making the symbolic link '{}'", path.shown());
  }
  return {};
}

Result<> linkat(BorrowedFd from_dir, PathArg from, BorrowedFd to_dir, PathArg to) {
  if (::linkat(from_dir.get(), from.c_str(), to_dir.get(), to.c_str(), 0) != 0) {
    const int err = errno;
    return fail_errno(err, "linking '{}' to '{}'", to.shown(), from.shown());
  }
  return {};
}

Result<> link_fd(BorrowedFd file, BorrowedFd to_dir, PathArg to) {
  // AT_EMPTY_PATH would need CAP_DAC_READ_SEARCH before kernel 6.10; the /proc path does not.
  if (::linkat(AT_FDCWD, proc_path(file).c_str(), to_dir.get(), to.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    const int err = errno;
    return fail_errno(err, "naming a file '{}'", to.shown());
  }
  return {};
}

Result<> mkdirat(BorrowedFd dir, PathArg path, mode_t mode) {
  if (::mkdirat(dir.get(), path.c_str(), mode) != 0) {
    const int err = errno;
    return fail_errno(err, "making the directory '{}'", path.shown());
  }
  return {};
}

Result<> ensure_directory(BorrowedFd dir, PathArg path, mode_t mode) {
  if (::mkdirat(dir.get(), path.c_str(), mode) == 0) return {};
  if (errno == EEXIST) return accept_existing_directory(dir, path);
  if (errno != ENOENT || path.view().empty()) {
    const int err = errno;
    return fail_errno(err, "making the directory '{}'", path.shown());
  }
  // From the top down, since a parent is missing.
  const std::string whole(path.view());
  for (std::size_t slash = whole.find('/', 1); true; slash = whole.find('/', slash + 1)) {
    const auto prefix = whole.substr(0, slash);
    if (!prefix.ends_with('/') && ::mkdirat(dir.get(), prefix.c_str(), mode) != 0) {
      const int err = errno;
      if (err != EEXIST) return fail_errno(err, "making the directory '{}'", prefix);
      TRY(accept_existing_directory(dir, prefix));
    }
    if (slash == std::string::npos) return {};
  }
}

Result<UniqueFd> open_directory(BorrowedFd dir, PathArg path) {
  return openat(dir, path, O_RDONLY | O_DIRECTORY);
}

Result<> mknodat(BorrowedFd dir, PathArg path, FileType type, mode_t mode, DeviceNumber device) {
  const auto bits = type_bits(type);
  if (bits == 0) return fail(Errc::invalid_argument, "'{}' is of a type mknod cannot make", path.shown());
  const auto number = ::makedev(device.major_number, device.minor_number);
  if (::mknodat(dir.get(), path.c_str(), bits | (mode & 07777U), number) != 0) {
    const int err = errno;
    return fail_errno(err, "making the special file '{}'", path.shown());
  }
  return {};
}

Result<> unlinkat(BorrowedFd dir, PathArg path, Removed what) {
  if (::unlinkat(dir.get(), path.c_str(), what == Removed::directory ? AT_REMOVEDIR : 0) != 0) {
    const int err = errno;
    return fail_errno(err, "removing '{}'", path.shown());
  }
  return {};
}

Result<> renameat(BorrowedFd from_dir, PathArg from, BorrowedFd to_dir, PathArg to, RenameMode mode) {
  unsigned flags = 0;
  if (mode == RenameMode::no_replace) flags = RENAME_NOREPLACE;
  if (mode == RenameMode::exchange) flags = RENAME_EXCHANGE;
  if (::renameat2(from_dir.get(), from.c_str(), to_dir.get(), to.c_str(), flags) != 0) {
    const int err = errno;
    return fail_errno(err, "renaming '{}' to '{}'", from.shown(), to.shown());
  }
  return {};
}

}  // namespace corten::sys
