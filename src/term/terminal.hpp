#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/stream.hpp"

namespace corten::term {

/// True if the descriptor is a terminal.
bool is_terminal(int fd);

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// The size of the terminal now (TIOCGWINSZ), asked anew at every call so that a resize shows. A side that
/// the terminal does not tell comes from COLUMNS or LINES, else it is 80 or 24.
TerminalSize terminal_size(int fd);

/// What the environment says about colour.
struct ColourEnvironment {
  std::optional<std::string> no_colour;     ///< NO_COLOR, see no-color.org
  std::optional<std::string> force_colour;  ///< CLICOLOR_FORCE
  std::optional<std::string> clicolour;     ///< CLICOLOR; 0 means no
  std::optional<std::string> term;          ///< TERM; "dumb" means no

  static ColourEnvironment of_process();
};

/// Whether to write colour: never with a non-empty NO_COLOR; always with CLICOLOR_FORCE other than empty and
/// 0; else on a terminal that is not dumb.
bool wants_colour(bool is_terminal, const ColourEnvironment& environment);

/// wants_colour() for a descriptor and the environment of the process.
bool wants_colour(int fd);

/// A Sink over a descriptor that it does not own, unbuffered: each write() is one write(2) if the other end
/// takes it. Waits when the descriptor is non-blocking.
class DescriptorSink : public Sink {
 public:
  explicit DescriptorSink(int fd) : fd_(fd) {}

  Result<> write(Bytes bytes) override;
  Result<> finish() override { return {}; }

 private:
  int fd_;
};

}  // namespace corten::term
