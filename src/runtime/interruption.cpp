#include "runtime/interruption.hpp"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <utility>

#include "sys/poll.hpp"

namespace corten::runtime {
namespace {

using Clock = std::chrono::steady_clock;

// Which of the two can be read: neither when the time is over.
Result<std::array<bool, 2>> poll_two(std::array<int, 2> fds, std::optional<Clock::time_point> deadline) {
  std::array<pollfd, 2> entries = {
      {{.fd = fds[0], .events = POLLIN, .revents = 0}, {.fd = fds[1], .events = POLLIN, .revents = 0}}};
  while (::poll(entries.data(), entries.size(), deadline ? sys::poll_timeout(*deadline) : -1) < 0) {
    const int err = errno;
    if (err != EINTR) return fail_errno(err, "waiting for descriptor {}", fds[0]);
  }
  return std::array{entries[0].revents != 0, entries[1].revents != 0};
}

std::optional<Clock::time_point> deadline_of(std::optional<std::chrono::milliseconds> timeout) {
  if (!timeout) return std::nullopt;
  return Clock::now() + *timeout;
}

}  // namespace

Result<Interruption> Interruption::begin() {
  auto signals = TRY(sys::SignalFd::create({SIGHUP, SIGINT, SIGQUIT, SIGTERM}));
  return Interruption(std::move(signals));
}

Result<bool> Interruption::wait_for(sys::BorrowedFd fd, std::optional<std::chrono::milliseconds> timeout) {
  const auto deadline = deadline_of(timeout);
  while (true) {
    const auto ready = TRY(poll_two({fd.get(), signals_.fd().get()}, deadline));
    if (ready[1]) {
      const auto received = TRY(signals_.read());
      if (!received) continue;
      signal_ = received->signal;
      return fail(Errc::canceled, "interrupted by {}", sys::signal_name(signal_));
    }
    return ready[0];
  }
}

Result<bool> wait_for(sys::BorrowedFd fd, std::optional<std::chrono::milliseconds> timeout,
                      Interruption* interruption) {
  if (interruption != nullptr) return interruption->wait_for(fd, timeout);
  const auto ready = TRY(poll_two({fd.get(), -1}, deadline_of(timeout)));
  return ready[0];
}

}  // namespace corten::runtime
