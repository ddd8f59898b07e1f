#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sys/fd.hpp"

namespace corten::sys {

/// A process that can be found again after it was written to disk: its number is reused after it ends, number
/// and start time together are not (until a reboot).
struct PidIdentity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< Since boot, field 22 of /proc/PID/stat.

  bool operator==(const PidIdentity&) const = default;
};

/// not_found when there is no such process.
Result<PidIdentity> identify_process(pid_t pid);

/// A process that need not be our child, held fast: whoever gets its number later is not it. By a pidfd, or
/// where pidfd_open is missing (before kernel 5.3, or refused by an outer sandbox) by its directory in /proc,
/// which leads nowhere once the process is reaped.
class ProcessHandle {
 public:
  /// Whoever has the number now; not_found when nobody has it.
  static Result<ProcessHandle> open(pid_t pid);

  pid_t pid() const { return pid_; }
  /// The pidfd, or the directory.
  const UniqueFd& fd() const { return fd_; }

  /// not_found when it has ended.
  Result<> signal(int number) const;
  /// A zombie has ended, though its number is still its own.
  Result<bool> has_ended() const;
  /// has_ended() within `timeout`.
  Result<bool> wait_for_end(std::chrono::milliseconds timeout) const;

  /// The caller takes over the descriptor.
  UniqueFd release() && { return std::move(fd_); }

 private:
  ProcessHandle(pid_t pid, UniqueFd fd, bool is_pidfd) : pid_(pid), fd_(std::move(fd)), is_pidfd_(is_pidfd) {}
  Result<> signal_by_number(int number) const;

  pid_t pid_;
  UniqueFd fd_;
  bool is_pidfd_;
};

/// Exactly that process; not_found when it has ended, whoever has its number now. permission_denied when a
/// process has the number but /proc hides it from us (hidepid).
Result<ProcessHandle> open_process(const PidIdentity& identity);

/// A copy of a descriptor of another process, CLOEXEC: pidfd_getfd(2), kernel 5.6. Needs the right to trace
/// that process.
Result<UniqueFd> fetch_descriptor(BorrowedFd pidfd, int number);

/// Field 22 of the text of /proc/PID/stat.
Result<std::uint64_t> parse_start_ticks(std::string_view stat);

/// Whether the text of /proc/PID/stat is that of a process of which only its exit status is left.
Result<bool> parse_is_zombie(std::string_view stat);

}  // namespace corten::sys
