#include "sys/temp.hpp"

#include <fcntl.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/random_name.hpp"
#include "sys/remove_tree.hpp"

namespace corten::sys {

Result<TempDir> TempDir::create(BorrowedFd parent, std::string_view prefix) {
  // A descriptor of our own: the caller's may be closed before we are dropped.
  auto parent_fd = TRY(openat(parent, ".", O_PATH | O_DIRECTORY));
  auto name = TRY(random_name(prefix));
  TRY(mkdirat(parent_fd, name, 0700));
  auto fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd) {
    (void)unlinkat(parent_fd, name, Removed::directory);
    return std::unexpected(std::move(fd).error());
  }
  return TempDir(std::move(parent_fd), std::move(*fd), std::move(name));
}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  if (this != &other) {
    drop();
    parent_ = std::move(other.parent_);
    fd_ = std::move(other.fd_);
    name_ = std::move(other.name_);
  }
  return *this;
}

TempDir::~TempDir() { drop(); }

void TempDir::drop() noexcept {
  if (!parent_) return;
  const int saved = errno;
  (void)remove_tree_at(parent_, name_);
  parent_.reset();
  errno = saved;
}

Result<> TempDir::persist(BorrowedFd parent, PathArg name, RenameMode mode) && {
  TRY(renameat(parent_, name_, parent, name, mode));
  // Exchanged: what was at the name is now at ours, and goes as we would have.
  if (mode == RenameMode::exchange) return std::move(*this).remove();
  parent_.reset();
  return {};
}

Result<> TempDir::remove() && {
  const auto parent = std::move(parent_);
  return remove_tree_at(parent, name_);
}

Result<TempFile> TempFile::create(BorrowedFd parent, std::string_view prefix, mode_t mode,
                                  const Kernel& kernel) {
  auto parent_fd = TRY(openat(parent, ".", O_PATH | O_DIRECTORY));
  if (kernel.tmpfile) {
    auto fd = openat(parent_fd, ".", O_TMPFILE | O_RDWR, mode);
    if (fd) return TempFile(std::move(parent_fd), std::move(*fd), {}, std::string(prefix));
    // EOPNOTSUPP: the file system cannot (overlay before 6.1, NFS). EISDIR, ENOENT: the kernel cannot.
    const int err = fd.error().errnum();
    if (err != EOPNOTSUPP && err != EISDIR && err != ENOENT) return std::unexpected(std::move(fd).error());
  }
  auto name = TRY(random_name(prefix));
  auto fd = TRY(openat(parent_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  return TempFile(std::move(parent_fd), std::move(fd), std::move(name), std::string(prefix));
}

TempFile& TempFile::operator=(TempFile&& other) noexcept {
  if (this != &other) {
    drop();
    parent_ = std::move(other.parent_);
    fd_ = std::move(other.fd_);
    name_ = std::move(other.name_);
    prefix_ = std::move(other.prefix_);
  }
  return *this;
}

TempFile::~TempFile() { drop(); }

void TempFile::drop() noexcept {
  if (!parent_) return;
  const int saved = errno;
  if (!name_.empty()) (void)unlinkat(parent_, name_);
  parent_.reset();
  errno = saved;
}

Result<> TempFile::persist(PathArg name, RenameMode mode) && {
  if (mode == RenameMode::exchange) {
    return fail(Errc::invalid_argument, "a temporary file cannot be exchanged with '{}'", name.shown());
  }
  if (name_.empty() && mode == RenameMode::no_replace) {
    TRY(link_fd(fd_, parent_, name));
  } else {
    if (name_.empty()) {
      // linkat never replaces: through a random name and a rename.
      auto aside = TRY(random_name(prefix_));
      TRY(link_fd(fd_, parent_, aside));
      name_ = std::move(aside);
    }
    TRY(renameat(parent_, name_, parent_, name, mode));
  }
  parent_.reset();
  return fd_.close();
}

}  // namespace corten::sys
