#include "sys/procfs.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/retry.hpp"

namespace corten::sys {

namespace {

constexpr std::uint64_t kProcRootInode = 1;

Result<> check_procfs(BorrowedFd fd, PathArg path) {
  struct statfs fs{};
  if (::fstatfs(fd.get(), &fs) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the file system type of '/proc/{}'", path.shown());
  }
  if (fs.f_type == PROC_SUPER_MAGIC) return {};
  return fail_errno(EXDEV, "'/proc/{}' is not of procfs: something is mounted over it", path.shown());
}

// Without openat2 (before 5.6, or refused by a filter) the last file is checked to be of procfs and to be on
// the mount that we came from, as far as statx says.
Result<UniqueFd> open_checked(BorrowedFd root, PathArg path, int flags) {
  auto fd = TRY(openat(root, path, flags | O_NOFOLLOW));
  TRY(check_procfs(fd, path));
  const auto from = TRY(fstat(root));
  const auto found = TRY(fstat(fd));
  if (from.mount_id && found.mount_id && *from.mount_id != *found.mount_id) {
    return fail_errno(EXDEV, "something is mounted over '/proc/{}'", path.shown());
  }
  return fd;
}

Result<UniqueFd> open_below(BorrowedFd root, PathArg path, int flags) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
  const auto fd =
      retry_on_eintr([&] { return ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how); });
  if (fd >= 0) {
    UniqueFd opened(static_cast<int>(fd));
    TRY(check_procfs(opened, path));
    return opened;
  }
  const int err = errno;
  if (err != ENOSYS && err != EPERM && err != EAGAIN) {
    return fail_errno(err, "opening '/proc/{}'", path.shown());
  }
  return open_checked(root, path, flags);
}

Result<> write_once(BorrowedFd fd, PathArg path, std::string_view text) {
  // The kernel takes such values whole or not at all; write_all would repeat a tail as another value.
  const auto size = retry_on_eintr([&] { return ::write(fd.get(), text.data(), text.size()); });
  if (size < 0) {
    const int err = errno;
    return fail_errno(err, "writing '{}' to '/proc/{}'", printable(text), path.shown());
  }
  if (static_cast<std::size_t>(size) == text.size()) return {};
  return fail(Errc::invalid_argument, "writing '{}' to '/proc/{}': only {} bytes were taken", printable(text),
              path.shown(), size);
}

}  // namespace

Result<Procfs> Procfs::open() {
  auto fd = TRY(sys::open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW));
  TRY(check_procfs(fd, ""));
  const auto status = TRY(fstat(fd));
  if (status.inode != kProcRootInode) {
    return fail(Errc::failed_precondition, "'/proc' is a part of a procfs, not its root");
  }
  return Procfs(std::move(fd));
}

Result<UniqueFd> Procfs::open_self(PathArg path, int flags) const {
  return open("self/" + std::string(path.view()), flags);
}

Result<UniqueFd> Procfs::open(PathArg path, int flags) const { return open_below(root_, path, flags); }

Result<> Procfs::write_self(PathArg path, std::string_view text) const {
  return write("self/" + std::string(path.view()), text);
}

Result<> Procfs::write(PathArg path, std::string_view text) const {
  auto fd = TRY(open(path, O_WRONLY));
  TRY(write_once(fd, path, text));
  return fd.close();
}

}  // namespace corten::sys
