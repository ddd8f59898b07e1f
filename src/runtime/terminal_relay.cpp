#include "runtime/terminal_relay.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/stream.hpp"
#include "sys/file.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kBufferBytes = 16384;

std::optional<termios> make_raw() {
  termios before{};
  if (::tcgetattr(STDIN_FILENO, &before) != 0) return std::nullopt;  // a file or a pipe
  auto raw = before;
  ::cfmakeraw(&raw);
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) return std::nullopt;
  return before;
}

}  // namespace

Result<TerminalRelay> TerminalRelay::begin(sys::UniqueFd terminal) {
  // A container that does not read must not keep us from writing what it prints.
  const int flags = ::fcntl(terminal.get(), F_GETFL);
  if (flags < 0 || ::fcntl(terminal.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    const int err = errno;
    return fail_errno(err, "relaying the terminal of the container");
  }
  TerminalRelay relay(std::move(terminal));
  relay.resize();
  relay.saved_ = make_raw();
  return relay;
}

TerminalRelay::TerminalRelay(TerminalRelay&& other) noexcept
    : terminal_(std::move(other.terminal_)),
      typed_(std::move(other.typed_)),
      input_ended_(other.input_ended_),
      output_ended_(other.output_ended_),
      saved_(std::exchange(other.saved_, std::nullopt)) {}

TerminalRelay::~TerminalRelay() {
  if (saved_) (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &*saved_);
}

void TerminalRelay::resize() {
  winsize size{};
  if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0) return;
  (void)::ioctl(terminal_.get(), TIOCSWINSZ, &size);
}

void TerminalRelay::add_to(std::vector<pollfd>& entries) const {
  const auto out = static_cast<short>(typed_.empty() ? POLLIN : POLLIN | POLLOUT);
  entries.push_back({.fd = output_ended_ ? -1 : terminal_.get(), .events = out, .revents = 0});
  const bool reads = !input_ended_ && !output_ended_ && typed_.empty();
  entries.push_back({.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0});
}

void TerminalRelay::serve(const pollfd& terminal, const pollfd& input) {
  if ((terminal.revents & POLLOUT) != 0) write_input();
  if ((terminal.revents & ~POLLOUT) != 0) (void)copy_output();
  if (input.revents != 0) read_input();
}

// False when there is nothing more just now. EIO: nobody has the other end open.
bool TerminalRelay::copy_output() {
  std::array<char, kBufferBytes> buffer{};
  const auto size = ::read(terminal_.get(), buffer.data(), buffer.size());
  if (size > 0) {
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    const auto written = sys::write_all(sys::BorrowedFd(STDOUT_FILENO), as_bytes(text));
    if (!written) output_ended_ = true;
    return written.has_value();
  }
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  output_ended_ = true;
  return false;
}

void TerminalRelay::drain() {
  while (!output_ended_ && copy_output()) {
  }
}

void TerminalRelay::read_input() {
  std::array<char, kBufferBytes> buffer{};
  const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size > 0) {
    typed_.assign(buffer.data(), static_cast<std::size_t>(size));
  } else {
    // A terminal says "end of file" by a character: the first of its settings, ^D.
    constexpr char kEndOfFile = 4;
    typed_.assign(1, kEndOfFile);
    input_ended_ = true;
  }
  write_input();
}

void TerminalRelay::write_input() {
  const auto size = ::write(terminal_.get(), typed_.data(), typed_.size());
  if (size > 0) typed_.erase(0, static_cast<std::size_t>(size));
  if (size < 0 && errno != EAGAIN && errno != EINTR) typed_.clear();
}

}  // namespace corten::runtime
