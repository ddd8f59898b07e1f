#include "cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

#include "sys/pipe.hpp"
#include "sys/poll.hpp"
#include "sys/signals.hpp"
#include "term/progress.hpp"
#include "term/terminal.hpp"

namespace corten::cli {

struct Interrupt::State {
  sys::SignalFd signals;
  sys::Pipe end;  // its writer is closed to end the thread
  std::stop_source stop = {};
  std::jthread thread = {};
};

namespace {

[[noreturn]] void die(int signal) {
  if (term::is_terminal(STDERR_FILENO)) {
    (void)!::write(STDERR_FILENO, term::kRestoreCursor.data(), term::kRestoreCursor.size());
  }
  ::_exit(128 + signal);
}

void listen(sys::SignalFd& signals, const sys::Pipe& end, std::stop_source& stop) {
  const std::array<sys::BorrowedFd, 2> watched = {end.reader, signals.fd()};
  while (true) {
    const auto ready = sys::wait_any_readable(watched);
    if (!ready || *ready == 0) return;
    const auto received = signals.read();
    if (!received) return;
    if (!*received) continue;
    if (!stop.request_stop()) die((*received)->signal);
  }
}

}  // namespace

Interrupt::Interrupt(std::unique_ptr<State> state) : state_(std::move(state)) {}
Interrupt::Interrupt(Interrupt&&) noexcept = default;

Interrupt::~Interrupt() {
  if (state_ == nullptr) return;
  state_->end.writer.reset();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<Interrupt> Interrupt::watch() {
  auto signals = TRY(sys::SignalFd::create({SIGINT, SIGTERM, SIGHUP}));
  auto end = TRY(sys::create_pipe());
  auto state = std::make_unique<State>(State{.signals = std::move(signals), .end = std::move(end)});
  auto* const shared = state.get();
  state->thread = std::jthread([shared] { listen(shared->signals, shared->end, shared->stop); });
  return Interrupt(std::move(state));
}

std::stop_token Interrupt::token() const { return state_->stop.get_token(); }

}  // namespace corten::cli
