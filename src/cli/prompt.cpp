#include "cli/prompt.hpp"

#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include "sys/signals.hpp"
#include "term/terminal.hpp"

namespace corten::cli {
namespace {

// Turns the terminal's echo off until dropped.
class EchoOff {
 public:
  explicit EchoOff(int fd) : fd_(fd) {
    if (::tcgetattr(fd_, &old_) != 0) return;
    auto quiet = old_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (active_) (void)::tcsetattr(fd_, TCSAFLUSH, &old_);
  }

  bool active() const { return active_; }

 private:
  int fd_;
  termios old_{};
  bool active_ = false;
};

// What ended the wait: a line, or a signal that is to be met with the terminal as it was.
struct Answer {
  std::string line = {};
  std::optional<int> signal = {};
};

Result<std::string> read_line() {
  std::array<char, 4096> buffer{};  // a terminal gives whole lines, of at most 4095 bytes (termios(3))
  const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (size < 0) {
    const int err = errno;
    return fail_errno(err, "reading from the terminal");
  }
  if (size == 0) return fail(Errc::canceled, "no answer");
  std::string line(buffer.data(), static_cast<std::size_t>(size));
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  return line;
}

Result<Answer> wait_for_answer(sys::SignalFd& signals) {
  while (true) {
    std::array<pollfd, 2> waiting{{{.fd = signals.fd().get(), .events = POLLIN, .revents = 0},
                                   {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) {
      const int err = errno;
      if (err == EINTR) continue;
      return fail_errno(err, "waiting for the terminal");
    }
    const auto received = TRY(signals.read());
    if (received) return Answer{.signal = received->signal};
    if (waiting[1].revents == 0) continue;
    auto line = TRY(read_line());
    return Answer{.line = std::move(line)};
  }
}

Result<Answer> ask_once(const Io& io, std::string_view question, Echo echo) {
  // The order matters: the mask is restored after the terminal.
  auto signals = TRY(sys::SignalFd::create({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}));
  std::optional<EchoOff> quiet;
  if (echo == Echo::off) {
    quiet.emplace(STDIN_FILENO);
    if (!quiet->active()) return fail(Errc::unsupported, "cannot keep the terminal from showing a password");
  }
  io.complain(question);
  auto answer = wait_for_answer(signals);
  // The line end that was typed did not show either.
  if (echo == Echo::off || !answer || answer->signal) io.complain("\n");
  return answer;
}

}  // namespace

bool can_prompt() { return term::is_terminal(STDIN_FILENO); }

Result<std::string> prompt(const Io& io, std::string_view question, Echo echo) {
  while (true) {
    auto answer = TRY(ask_once(io, question, echo));
    if (!answer.signal) return std::move(answer.line);
    // Now it does what it would have done: most end the process here, SIGTSTP stops it for a while.
    (void)::raise(*answer.signal);
    if (*answer.signal != SIGTSTP) return fail(Errc::canceled, "no answer");
  }
}

}  // namespace corten::cli
