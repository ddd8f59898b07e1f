#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"

namespace corten::sys {

/// Owns a file descriptor. The destructor closes it, reports nothing and preserves errno; a descriptor that
/// was written to is closed with close(), because only then are EIO and ENOSPC seen.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  /// -1 when it owns nothing.
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  /// Gives up ownership.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  /// Closes without a report.
  void reset() noexcept;

  /// Closes and reports what the kernel says about earlier writes. The descriptor is gone either way. Nothing
  /// to close is success.
  Result<> close();

 private:
  int fd_ = -1;
};

/// A descriptor that somebody else owns for at least as long as the call lasts.
class BorrowedFd {
 public:
  BorrowedFd(const UniqueFd& fd) : fd_(fd.get()) {}
  explicit BorrowedFd(int fd) : fd_(fd) {}

  /// The current directory (AT_FDCWD), for paths as the user typed them.
  static BorrowedFd cwd();

  int get() const { return fd_; }

 private:
  int fd_;
};

/// A second descriptor for the same open file: CLOEXEC and at least 3, so that it never becomes a standard
/// stream.
Result<UniqueFd> duplicate(BorrowedFd fd);

/// Whether the descriptor survives execve. Everything is born CLOEXEC; this is for handing one on on purpose.
enum class OnExec { close, keep };
Result<> set_on_exec(BorrowedFd fd, OnExec what);

/// Makes `number` another descriptor of the same open file, in place of what it was before; it survives
/// execve. For standard streams.
Result<> place_descriptor(BorrowedFd fd, int number);

/// "/proc/self/fd/N": the path that names exactly the object behind a descriptor, for system calls that take
/// no descriptor (mount(2), setxattr on O_PATH descriptors).
std::string proc_path(BorrowedFd fd);

/// What the kernel shows as the descriptor's path. For messages and comparisons, not for opening: the name
/// may have changed, and deleted files end in " (deleted)".
Result<std::string> describe_path(BorrowedFd fd);

/// Marks every descriptor from `first` on CLOEXEC: close_range (kernel 5.11), else /proc/self/fd. What a
/// careless parent left open must not reach a container (CVE-2024-21626). Async-signal-safe; returns 0 or an
/// errno value.
int mark_cloexec_from(int first, bool try_close_range = true) noexcept;

/// Closes every descriptor from `first` on: close_range (kernel 5.9), else /proc/self/fd. For a cloned child
/// that does not execute; where a UniqueFd still owns one it would be closed twice. Async-signal-safe;
/// returns 0 or an errno value.
int close_from(int first, bool try_close_range = true) noexcept;

}  // namespace corten::sys
