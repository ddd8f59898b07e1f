#include "runtime/foreground.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/terminal_relay.hpp"

namespace corten::runtime {
namespace {

// Orphans of the container are ours where we are the subreaper.
void reap_orphans(pid_t process) {
  while (true) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    if (info.si_pid == process) return;  // its status is for who asked
    (void)::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
  }
}

Result<> pass_on(sys::SignalFd& signals, sys::Child& process, TerminalRelay* relay) {
  while (true) {
    const auto received = TRY(signals.read());
    if (!received) return {};
    if (received->signal == SIGCHLD) {
      reap_orphans(process.pid());
    } else if (received->signal == SIGWINCH) {
      if (relay != nullptr) relay->resize();
    } else {
      TRY(process.kill(received->signal));
    }
  }
}

}  // namespace

Result<Foreground> Foreground::begin() {
  auto signals = TRY(sys::SignalFd::create({SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGALRM,
                                            SIGCONT, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGWINCH, SIGCHLD}));
  return Foreground(std::move(signals));
}

Result<sys::ExitStatus> Foreground::wait(sys::Child& process, sys::UniqueFd terminal, NotifyRelay* notify) {
  std::optional<TerminalRelay> relay;
  if (terminal) {
    auto begun = TRY(TerminalRelay::begin(std::move(terminal)));
    relay.emplace(std::move(begun));
  }
  while (true) {
    std::vector<pollfd> entries = {
        {.fd = process.pidfd().get(), .events = POLLIN, .revents = 0},
        {.fd = signals_.fd().get(), .events = POLLIN, .revents = 0},
        {.fd = notify != nullptr ? notify->fd().get() : -1, .events = POLLIN, .revents = 0},
    };
    if (relay) relay->add_to(entries);
    if (::poll(entries.data(), entries.size(), -1) < 0) {
      const int err = errno;
      if (err == EINTR) continue;
      return fail_errno(err, "waiting for the container's process");
    }
    if (entries[1].revents != 0) TRY(pass_on(signals_, process, relay ? &*relay : nullptr));
    if (entries[2].revents != 0) TRY(notify->serve(0));
    if (relay) relay->serve(entries[3], entries[4]);
    if (entries[0].revents != 0) break;
  }
  if (relay) relay->drain();
  return process.wait();
}

}  // namespace corten::runtime
