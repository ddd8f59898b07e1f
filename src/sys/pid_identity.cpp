#include "sys/pid_identity.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <vector>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/poll.hpp"
#include "sys/process.hpp"

namespace corten::sys {

namespace {
constexpr std::size_t kMaxStatBytes = 4096;

// The fields of /proc/PID/stat from the third on. The second is the program's name in parentheses; it may
// hold spaces and parentheses, so they are counted from the last.
Result<std::vector<std::string_view>> fields_after_name(std::string_view stat) {
  const auto name_end = stat.rfind(')');
  constexpr std::size_t kFields = 20;
  if (name_end != std::string_view::npos && name_end + 2 <= stat.size()) {
    auto fields = split(trim(stat.substr(name_end + 1)), ' ');
    if (fields.size() >= kFields) return fields;
  }
  return fail(Errc::data_loss, "process stat: expected 22 fields");
}

// ESRCH: it ended between open and read.
bool says_ended(const Error& error) { return error.errnum() == ENOENT || error.errnum() == ESRCH; }

Result<PidIdentity> identify_at(BorrowedFd directory, const std::string& file, pid_t pid) {
  auto stat = read_file(directory, file, kMaxStatBytes);
  if (!stat && says_ended(stat.error())) return fail(Errc::not_found, "no process {}", pid);
  if (!stat) return std::unexpected(std::move(stat).error());
  const auto ticks = TRY(parse_start_ticks(*stat));
  return PidIdentity{.pid = pid, .start_ticks = ticks};
}

std::unexpected<Error> has_ended_error(pid_t pid) {
  return fail(Errc::not_found, "process {} has ended", pid);
}

}  // namespace

Result<std::uint64_t> parse_start_ticks(std::string_view stat) {
  const auto fields = TRY(fields_after_name(stat));
  return parse_uint64(fields[19], "process stat: field 22");
}

Result<bool> parse_is_zombie(std::string_view stat) {
  const auto fields = TRY(fields_after_name(stat));
  if (fields[0] != "Z" && fields[0] != "X") return false;
  // The first thread may be gone before the others; it is counted until they are.
  const auto threads = TRY(parse_uint64(fields[17], "process stat: field 20"));
  return threads <= 1;
}

Result<PidIdentity> identify_process(pid_t pid) {
  return identify_at(BorrowedFd::cwd(), fmt::format("/proc/{}/stat", pid), pid);
}

Result<ProcessHandle> ProcessHandle::open(pid_t pid) {
  auto pidfd = open_pidfd(pid);
  if (pidfd) return ProcessHandle(pid, std::move(*pidfd), true);
  const int err = pidfd.error().errnum();
  if (err == ESRCH || pid <= 0) return has_ended_error(pid);
  if (err != ENOSYS && err != EPERM) return std::unexpected(std::move(pidfd).error());
  // Not O_PATH: pidfd_send_signal(2) takes such a directory too, but then it must be open.
  auto directory = sys::open(fmt::format("/proc/{}", pid), O_RDONLY | O_DIRECTORY);
  if (directory) return ProcessHandle(pid, std::move(*directory), false);
  if (!says_ended(directory.error())) return std::unexpected(std::move(directory).error());
  if (::kill(pid, 0) != 0 && errno == ESRCH) return has_ended_error(pid);
  return fail(Errc::permission_denied, "process {} is hidden from us (/proc is mounted with hidepid)", pid);
}

Result<> ProcessHandle::signal(int number) const {
  auto sent = send_signal(fd_, number);
  if (is_pidfd_ || sent || sent.error().errnum() == ESRCH) return sent;
  return signal_by_number(number);
}

// Kernel 5.0, or a filter that takes the pidfd calls together. Only between the look and kill(2) could the
// process end, be reaped and its number be given away.
Result<> ProcessHandle::signal_by_number(int number) const {
  const bool ended = TRY(has_ended());
  if (ended) return has_ended_error(pid_);
  if (::kill(pid_, number) != 0) {
    const int err = errno;
    return fail_errno(err, "sending signal {} to process {}", number, pid_);
  }
  return {};
}

Result<bool> ProcessHandle::has_ended() const {
  if (is_pidfd_) return wait_readable(fd_, std::chrono::milliseconds(0));
  const auto stat = read_file(fd_, "stat", kMaxStatBytes);
  if (!stat && says_ended(stat.error())) return true;
  if (!stat) return std::unexpected(stat.error().clone());
  return parse_is_zombie(*stat);
}

Result<bool> ProcessHandle::wait_for_end(std::chrono::milliseconds timeout) const {
  if (is_pidfd_) return wait_readable(fd_, timeout);
  // Nobody tells who is not the parent.
  constexpr std::chrono::milliseconds kPause(5);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const bool ended = TRY(has_ended());
    const auto now = std::chrono::steady_clock::now();
    if (ended || now >= deadline) return ended;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(kPause, deadline - now));
  }
}

Result<UniqueFd> fetch_descriptor(BorrowedFd pidfd, int number) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), number, 0));
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "fetching descriptor {} of another process", number);
  }
  return UniqueFd(fd);
}

Result<ProcessHandle> open_process(const PidIdentity& identity) {
  auto handle = ProcessHandle::open(identity.pid);
  if (!handle) return handle;
  // The handle is fixed to one process; if the start time fits now, it fitted when it was opened.
  const auto now = identify_process(identity.pid);
  if (now && *now == identity) return handle;
  if (!now && now.error().kind() != Errc::not_found) return std::unexpected(now.error().clone());
  // EPERM is an answer too: there is a process to be refused.
  const auto there = handle->signal(0);
  if (!now && (there || there.error().errnum() == EPERM)) {
    return fail(Errc::permission_denied, "process {} is hidden from us (/proc is mounted with hidepid)",
                identity.pid);
  }
  return has_ended_error(identity.pid);
}

}  // namespace corten::sys
