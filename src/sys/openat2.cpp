#include "sys/openat2.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/path_walk.hpp"

namespace corten::sys {

namespace {

// EAGAIN: a rename or mount somewhere on the system while ".." was resolved. It passes within a few tries
// unless somebody provokes it; then the walk, which cannot meet it, takes over.
constexpr int kMaxTries = 64;

int raw_openat2(int dir, const char* path, const open_how& how) {
  for (int tries = 0;;) {
    const auto fd = ::syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno == EINTR) continue;
    if (errno != EAGAIN || ++tries == kMaxTries) return -1;
  }
}

Result<UniqueFd> open_scoped(BorrowedFd dir, PathArg path, int flags, mode_t mode, WalkScope scope,
                             const Kernel& kernel) {
  // Unlike openat, openat2 refuses a mode that has no meaning.
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  // O_PATH admits only a few other flags.
  const int forced = (flags & O_PATH) != 0 ? O_CLOEXEC : O_CLOEXEC | O_NOCTTY;
  if (!creates) mode = 0;
  if (kernel.openat2) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | forced);
    how.mode = mode & 07777U;
    how.resolve = RESOLVE_NO_MAGICLINKS | (scope == WalkScope::in_root ? RESOLVE_IN_ROOT : RESOLVE_BENEATH);
    const int fd = raw_openat2(dir.get(), path.c_str(), how);
    if (fd >= 0) return UniqueFd(fd);
    const int err = errno;
    // EPERM is also what old seccomp profiles say; when it is the file's own, the walk ends with it again.
    if (err != ENOSYS && err != EPERM && err != EAGAIN) return fail_errno(err, "opening '{}'", path.shown());
  }
  return walk_open(dir, path, flags | forced, mode, scope);
}

}  // namespace

Result<UniqueFd> open_in_root(BorrowedFd root, PathArg path, int flags, mode_t mode, const Kernel& kernel) {
  return open_scoped(root, path, flags, mode, WalkScope::in_root, kernel);
}

Result<UniqueFd> open_beneath(BorrowedFd base, PathArg path, int flags, mode_t mode, const Kernel& kernel) {
  return open_scoped(base, path, flags, mode, WalkScope::beneath, kernel);
}

Result<UniqueFd> resolve_in_root(BorrowedFd root, PathArg path, const Kernel& kernel) {
  return open_in_root(root, path, O_PATH, 0, kernel);
}

Result<UniqueFd> mkdir_all_in_root(BorrowedFd root, PathArg path, mode_t mode, const Kernel& kernel) {
  if (path.view().empty()) return fail_errno(ENOENT, "making the directory '{}'", path.shown());
  auto there = open_in_root(root, path, O_PATH | O_DIRECTORY, 0, kernel);
  if (there || there.error().errnum() != ENOENT) return there;
  return walk_make_directories(root, path, mode);
}

Result<ParentAndName> open_parent_in_root(BorrowedFd root, PathArg path, MissingParents missing, mode_t mode,
                                          const Kernel& kernel) {
  auto whole = path.view();
  while (whole.ends_with('/')) whole.remove_suffix(1);
  const auto slash = whole.rfind('/');
  const auto name = whole.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (name.empty() || name == "." || name == "..") {
    return fail(Errc::invalid_argument, "'{}' does not end in a file name", path.shown());
  }
  const std::string parent = slash == std::string_view::npos ? "." : std::string(whole.substr(0, slash + 1));
  ParentAndName result;
  result.name = std::string(name);
  if (missing == MissingParents::create) {
    result.parent = TRY(mkdir_all_in_root(root, parent, mode, kernel));
  } else {
    result.parent = TRY(open_in_root(root, parent, O_PATH | O_DIRECTORY, 0, kernel));
  }
  return result;
}

}  // namespace corten::sys
