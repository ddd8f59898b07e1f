#include "sys/pid_identity.hpp"

#include <cerrno>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace corten::sys {

namespace {
constexpr std::size_t kMaxStatBytes = 4096;

// EPERM is an answer too: there is a process to be refused.
bool is_alive(BorrowedFd pidfd) {
  const auto sent = send_signal(pidfd, 0);
  return sent || sent.error().errnum() != ESRCH;
}

}  // namespace

Result<std::uint64_t> parse_start_ticks(std::string_view stat) {
  // Field 2 is the program's name in parentheses; it may hold spaces and parentheses, so count from the last.
  const auto name_end = stat.rfind(')');
  constexpr std::size_t kFieldsAfterName = 20;  // state is field 3
  if (name_end != std::string_view::npos && name_end + 2 <= stat.size()) {
    const auto fields = split(trim(stat.substr(name_end + 1)), ' ');
    if (fields.size() >= kFieldsAfterName) {
      return parse_uint64(fields[kFieldsAfterName - 1], "process stat: field 22");
    }
  }
  return fail(Errc::data_loss, "process stat: expected 22 fields");
}

Result<PidIdentity> identify_process(pid_t pid) {
  auto stat = read_file(BorrowedFd::cwd(), fmt::format("/proc/{}/stat", pid), kMaxStatBytes);
  if (!stat) {
    // ESRCH: it ended between open and read.
    const int err = stat.error().errnum();
    if (err == ENOENT || err == ESRCH) return fail(Errc::not_found, "no process {}", pid);
    return std::unexpected(std::move(stat).error());
  }
  const auto ticks = TRY(parse_start_ticks(*stat));
  return PidIdentity{.pid = pid, .start_ticks = ticks};
}

Result<UniqueFd> open_process(const PidIdentity& identity) {
  auto pidfd = open_pidfd(identity.pid);
  if (!pidfd && pidfd.error().errnum() != ESRCH) return pidfd;
  if (pidfd) {
    // The descriptor is fixed to one process; if the start time fits now, it fitted when it was opened.
    const auto now = identify_process(identity.pid);
    if (now && *now == identity) return pidfd;
    if (!now && now.error().kind() != Errc::not_found) return std::unexpected(now.error().clone());
    if (!now && is_alive(*pidfd)) {
      return fail(Errc::permission_denied, "process {} is hidden from us (/proc is mounted with hidepid)",
                  identity.pid);
    }
  }
  return fail(Errc::not_found, "process {} has ended", identity.pid);
}

}  // namespace corten::sys
