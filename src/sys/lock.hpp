#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::sys {

enum class LockMode : std::uint8_t { shared, exclusive };

/// An open-file-description lock (kernel 3.15) on a lock file, held until dropped. It excludes other
/// FileLocks in this process as well as in others, unlike POSIX locks, and does not end when some other
/// descriptor of the file is closed. Advisory. A forked child shares it until it closes its copy or executes.
class FileLock {
 public:
  /// Waits for the lock, for ever without `timeout`; `unavailable` when the time is over. The file is made
  /// (mode 0600) if missing; a shared lock is content with a read-only file.
  static Result<FileLock> acquire(BorrowedFd dir, PathArg name, LockMode mode,
                                  std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// Nothing when somebody else holds it.
  static Result<std::optional<FileLock>> try_acquire(BorrowedFd dir, PathArg name, LockMode mode);

  /// The locked file.
  const UniqueFd& fd() const { return fd_; }

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace corten::sys
