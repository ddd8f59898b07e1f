#include "sys/clone.hpp"

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace corten::sys {

namespace {

// linux/sched.h and <sched.h> both define struct clone_args and its flags in ways that have clashed; only the
// first is included here.
pid_t raw_clone3(int& pidfd) {
  clone_args args{};
  args.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  return static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
}

// As fork() with a pidfd, past glibc's handlers, which may take locks.
Result<Clone> clone_legacy(unsigned long flags) {
  int pidfd = -1;
  const auto pid =
      static_cast<pid_t>(::syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, 0UL));
  if (pid < 0) {
    const int err = errno;
    return fail_errno(err, "starting a process");
  }
  if (pid == 0) return Clone{};
  return Clone{.pid = pid, .pidfd = UniqueFd(pidfd)};
}

}  // namespace

Result<Clone> clone_process(const Kernel& kernel) {
  // No handler of ours may run in the child before its signals are reset.
  sigset_t all;
  sigset_t old_mask;
  ::sigfillset(&all);
  if (const int err = ::pthread_sigmask(SIG_SETMASK, &all, &old_mask); err != 0) {
    return fail_errno(err, "blocking signals");
  }
  if (kernel.clone3) {
    int pidfd = -1;
    const pid_t pid = raw_clone3(pidfd);
    const int err = errno;
    if (pid == 0) return Clone{};
    // ENOSYS: before 5.3, or a seccomp filter that cannot look into the argument (Docker's default).
    // EINVAL: before 5.5. Drop the fallback when no supported sandbox refuses clone3.
    if (pid > 0 || (err != ENOSYS && err != EINVAL && err != EPERM)) {
      ::pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
      if (pid < 0) return fail_errno(err, "starting a process");
      return Clone{.pid = pid, .pidfd = UniqueFd(pidfd)};
    }
  }
  auto clone = clone_legacy(0);
  if (!clone || clone->pid != 0) ::pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
  return clone;
}

Result<Clone> clone_sibling() {
  // clone3 would refuse an exit signal beside CLONE_PARENT; the sibling has ours. With SIGCHLD as ours is.
  return clone_legacy(CLONE_PARENT);
}

void reset_signals() noexcept {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= 64; ++signal) (void)::sigaction(signal, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace corten::sys
