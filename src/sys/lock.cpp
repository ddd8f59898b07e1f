#include "sys/lock.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/retry.hpp"

namespace corten::sys {

namespace {

using Clock = std::chrono::steady_clock;

Result<UniqueFd> open_lock_file(BorrowedFd dir, PathArg name, LockMode mode) {
  auto fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY, 0600);
  if (fd || mode == LockMode::exclusive) return fd;
  const int err = fd.error().errnum();
  if (err != EACCES && err != EROFS) return fd;
  return openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NOCTTY);
}

// False when somebody else holds it.
Result<bool> lock_once(BorrowedFd fd, LockMode mode, int command, PathArg name) {
  struct flock lock{};
  lock.l_type = mode == LockMode::exclusive ? F_WRLCK : F_RDLCK;
  lock.l_whence = SEEK_SET;  // with l_start and l_len 0: the whole file
  if (retry_on_eintr([&] { return ::fcntl(fd.get(), command, &lock); }) == 0) return true;
  const int err = errno;
  if (err == EAGAIN || err == EACCES) return false;
  return fail_errno(err, "locking '{}'", name.shown());
}

// Whoever held the lock may have removed the file: then we hold the lock of a file nobody else will find.
Result<bool> still_linked(BorrowedFd fd) {
  const auto status = TRY(fstat(fd));
  return status.link_count > 0;
}

// No call waits for a lock with a deadline: ask again, ever less often.
Result<bool> lock_until(BorrowedFd fd, LockMode mode, PathArg name, Clock::time_point deadline) {
  constexpr std::chrono::milliseconds kLongestPause{50};
  std::chrono::milliseconds pause{1};
  while (true) {
    const auto locked = TRY(lock_once(fd, mode, F_OFD_SETLK, name));
    if (locked) return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    std::this_thread::sleep_for(std::min(pause, left));
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace

Result<FileLock> FileLock::acquire(BorrowedFd dir, PathArg name, LockMode mode,
                                   std::optional<std::chrono::milliseconds> timeout) {
  const auto deadline = Clock::now() + timeout.value_or(std::chrono::milliseconds(0));
  while (true) {
    auto fd = TRY(open_lock_file(dir, name, mode));
    bool locked = false;
    if (timeout) {
      locked = TRY(lock_until(fd, mode, name, deadline));
    } else {
      locked = TRY(lock_once(fd, mode, F_OFD_SETLKW, name));
    }
    if (!locked) {
      return fail(Errc::unavailable, "'{}' is locked by another process (waited {} ms)", name.shown(),
                  timeout.value_or(std::chrono::milliseconds(0)).count());
    }
    const auto linked = TRY(still_linked(fd));
    if (linked) return FileLock(std::move(fd));
  }
}

Result<std::optional<FileLock>> FileLock::try_acquire(BorrowedFd dir, PathArg name, LockMode mode) {
  while (true) {
    auto fd = TRY(open_lock_file(dir, name, mode));
    const auto locked = TRY(lock_once(fd, mode, F_OFD_SETLK, name));
    if (!locked) return std::nullopt;
    const auto linked = TRY(still_linked(fd));
    if (linked) return FileLock(std::move(fd));
  }
}

}  // namespace corten::sys
