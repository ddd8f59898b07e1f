#include "sys/process.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sys/poll.hpp"
#include "sys/retry.hpp"

namespace corten::sys {

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    drop();
    pid_ = other.pid_;
    pidfd_ = std::move(other.pidfd_);
    ended_ = other.ended_;
  }
  return *this;
}

Child::~Child() { drop(); }

void Child::drop() noexcept {
  if (!pidfd_ || ended_) return;
  const int saved = errno;
  (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  siginfo_t info{};
  (void)retry_on_eintr([&] { return ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED); });
  errno = saved;
}

Result<std::optional<ExitStatus>> Child::reap(int flags) {
  if (ended_) return ended_;
  siginfo_t info{};
  const int result = retry_on_eintr(
      [&] { return ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | flags); });
  if (result != 0) {
    const int err = errno;
    return fail_errno(err, "waiting for process {}", pid_);
  }
  if (info.si_pid == 0) return std::nullopt;  // WNOHANG, and it still runs
  ended_ = info.si_code == CLD_EXITED ? ExitStatus{.code = info.si_status, .signal = 0}
                                      : ExitStatus{.code = 0, .signal = info.si_status};
  return ended_;
}

Result<ExitStatus> Child::wait() {
  const auto status = TRY(reap(0));
  return *status;
}

Result<std::optional<ExitStatus>> Child::wait_for(std::chrono::milliseconds timeout) {
  if (ended_) return ended_;
  TRY(wait_readable(pidfd_, timeout));
  return reap(WNOHANG);
}

Result<> Child::kill(int signal) {
  if (ended_) return {};
  auto sent = send_signal(pidfd_, signal);
  if (!sent && sent.error().errnum() == ESRCH) return {};
  return sent;
}

UniqueFd Child::detach() && { return std::move(pidfd_); }

Result<> send_signal(BorrowedFd pidfd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) != 0) {
    const int err = errno;
    return fail_errno(err, "sending signal {}", signal);
  }
  return {};
}

Result<UniqueFd> open_pidfd(pid_t pid) {
  // O_CLOEXEC is always set by this call.
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "opening a descriptor of process {}", pid);
  }
  return UniqueFd(fd);
}

}  // namespace corten::sys
