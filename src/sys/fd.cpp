#include "sys/fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>

#include "sys/retry.hpp"

namespace corten::sys {

namespace {

// linux/close_range.h; Debian 12 has it, older headers do not.
constexpr unsigned kCloseRangeCloexec = 1U << 2;

// The number in an entry of /proc/self/fd; -1 for "." and "..".
int fd_from_entry(const char* name) {
  int fd = -1;
  const auto* end = name + std::strlen(name);
  const auto parsed = std::from_chars(name, end, fd);
  return parsed.ec == std::errc() && parsed.ptr == end ? fd : -1;
}

// Calls `apply` for every open descriptor from `first` on; it returns 0 or an errno value.
int each_fd_through_proc(int first, int (*apply)(int fd)) noexcept {
  const int dir = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return errno;
  // On the stack and with the bare system call: opendir() allocates.
  alignas(dirent64) char buffer[4096];
  int err = 0;
  while (err == 0) {
    const auto size = ::syscall(SYS_getdents64, dir, buffer, sizeof buffer);
    if (size <= 0) {
      if (size < 0) err = errno;
      break;
    }
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      const int fd = fd_from_entry(entry->d_name);
      if (fd < first || fd == dir) continue;
      if (const int failed = apply(fd); failed != 0) err = failed;
    }
  }
  ::close(dir);
  return err;
}

// close_range is not there: ENOSYS before 5.9, EINVAL for its flag before 5.11, EPERM from old seccomp
// profiles. Drop when 5.11 is the baseline.
bool needs_proc(int err) { return err == ENOSYS || err == EINVAL || err == EPERM; }

}  // namespace

void UniqueFd::reset() noexcept {
  const int fd = release();
  if (fd < 0) return;
  const int saved = errno;
  ::close(fd);
  errno = saved;
}

Result<> UniqueFd::close() {
  const int fd = release();
  if (fd < 0) return {};
  // Linux frees the descriptor even when it reports EINTR: never close twice.
  if (::close(fd) != 0 && errno != EINTR) {
    const int err = errno;
    return fail_errno(err, "closing a file");
  }
  return {};
}

BorrowedFd BorrowedFd::cwd() { return BorrowedFd(AT_FDCWD); }

Result<UniqueFd> duplicate(BorrowedFd fd) {
  const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
  if (copy < 0) {
    const int err = errno;
    return fail_errno(err, "duplicating descriptor {}", fd.get());
  }
  return UniqueFd(copy);
}

Result<> set_on_exec(BorrowedFd fd, OnExec what) {
  if (::fcntl(fd.get(), F_SETFD, what == OnExec::close ? FD_CLOEXEC : 0) != 0) {
    const int err = errno;
    return fail_errno(err, "setting the close-on-exec flag of descriptor {}", fd.get());
  }
  return {};
}

Result<> place_descriptor(BorrowedFd fd, int number) {
  // dup3 refuses two equal numbers.
  if (fd.get() == number) return set_on_exec(fd, OnExec::keep);
  if (::dup3(fd.get(), number, 0) < 0) {
    const int err = errno;
    return fail_errno(err, "making descriptor {} a copy of {}", number, fd.get());
  }
  return {};
}

std::string proc_path(BorrowedFd fd) {
  if (fd.get() == AT_FDCWD) return "/proc/self/cwd";
  return fmt::format("/proc/self/fd/{}", fd.get());
}

Result<std::string> describe_path(BorrowedFd fd) {
  const auto link = proc_path(fd);
  std::string text(PATH_MAX, '\0');
  const auto size = ::readlink(link.c_str(), text.data(), text.size());
  if (size < 0) {
    const int err = errno;
    return fail_errno(err, "reading '{}'", link);
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

int mark_cloexec_from(int first, bool try_close_range) noexcept {
  if (try_close_range) {
    if (::syscall(SYS_close_range, first, ~0U, kCloseRangeCloexec) == 0) return 0;
    if (!needs_proc(errno)) return errno;
  }
  return each_fd_through_proc(
      first, [](int fd) { return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 || errno == EBADF ? 0 : errno; });
}

int close_from(int first, bool try_close_range) noexcept {
  if (try_close_range) {
    if (::syscall(SYS_close_range, first, ~0U, 0) == 0) return 0;
    if (!needs_proc(errno)) return errno;
  }
  return each_fd_through_proc(first, [](int fd) {
    (void)::close(fd);  // gone, whatever it reports
    return 0;
  });
}

}  // namespace corten::sys
