#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

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

/// A pidfd of exactly that process; not_found when it has ended, whoever has its number now.
/// permission_denied when a process has the number but /proc hides it from us (hidepid).
Result<UniqueFd> open_process(const PidIdentity& identity);

/// Field 22 of the text of /proc/PID/stat.
Result<std::uint64_t> parse_start_ticks(std::string_view stat);

}  // namespace corten::sys
