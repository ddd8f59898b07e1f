#include "term/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/env.hpp"
#include "base/strings.hpp"

namespace corten::term {
namespace {

// Larger values are a mistake or an attack on our loops: no terminal has them.
constexpr std::uint64_t kMaxSide = 10'000;

std::size_t side(unsigned short told, const char* variable, std::size_t otherwise) {
  if (told > 0) return std::min<std::size_t>(told, kMaxSide);
  const auto text = find_nonempty_env(variable);
  if (!text) return otherwise;
  const auto value = parse_uint64(*text, variable);
  return value && *value > 0 && *value <= kMaxSide ? static_cast<std::size_t>(*value) : otherwise;
}

bool is_set(const std::optional<std::string>& variable) { return variable && !variable->empty(); }

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

TerminalSize terminal_size(int fd) {
  winsize window{};
  if (::ioctl(fd, TIOCGWINSZ, &window) != 0) window = {};
  const TerminalSize unknown;
  return {.columns = side(window.ws_col, "COLUMNS", unknown.columns),
          .rows = side(window.ws_row, "LINES", unknown.rows)};
}

ColourEnvironment ColourEnvironment::of_process() {
  return {.no_colour = find_env("NO_COLOR"),
          .force_colour = find_env("CLICOLOR_FORCE"),
          .clicolour = find_env("CLICOLOR"),
          .term = find_env("TERM")};
}

bool wants_colour(bool is_terminal, const ColourEnvironment& environment) {
  if (is_set(environment.no_colour)) return false;
  if (is_set(environment.force_colour) && *environment.force_colour != "0") return true;
  if (environment.clicolour == "0" || environment.term == "dumb") return false;
  return is_terminal;
}

bool wants_colour(int fd) { return wants_colour(is_terminal(fd), ColourEnvironment::of_process()); }

Result<> DescriptorSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd_, bytes.data(), bytes.size());
    const int err = errno;
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (err == EAGAIN) {
      // A terminal shared with a program that made it non-blocking.
      pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
      (void)::poll(&ready, 1, -1);
    } else if (err != EINTR) {
      return fail_errno(err, "writing to descriptor {}", fd_);
    }
  }
  return {};
}

}  // namespace corten::term
