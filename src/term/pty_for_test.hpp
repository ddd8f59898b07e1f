#pragma once

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

namespace corten::term {

/// Test support: a pseudo-terminal and what was written to it.
class Pty {
 public:
  Pty() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    char name[128];
    if (::ptsname_r(master_, name, sizeof name) != 0) return;
    terminal_ = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;
  ~Pty() {
    if (terminal_ >= 0) ::close(terminal_);
    if (master_ >= 0) ::close(master_);
  }

  bool is_open() const { return terminal_ >= 0; }
  /// The end that programs write to.
  int terminal() const { return terminal_; }

  void resize(unsigned short columns, unsigned short rows) const {
    winsize window{};
    window.ws_col = columns;
    window.ws_row = rows;
    (void)::ioctl(master_, TIOCSWINSZ, &window);
  }

  /// Everything written so far.
  std::string read_all() const {
    std::string out;
    pollfd ready{.fd = master_, .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0) {
      char buffer[4096];
      const auto got = ::read(master_, buffer, sizeof buffer);
      if (got <= 0) break;
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }

 private:
  int master_;
  int terminal_ = -1;
};

}  // namespace corten::term
