#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/io.hpp"

namespace corten::cli {

enum class Echo : std::uint8_t {
  on,
  off,  ///< What is typed does not show: passwords.
};

/// Whether there is somebody to ask: standard input is a terminal.
bool can_prompt();

/// Writes the question to `io.err` and reads one line of the terminal that standard input is. The terminal
/// shows what is typed again afterwards, also when a signal ends or stops the process meanwhile; once it goes
/// on, the question is asked again. `canceled` at the end of input (^D). Call it before threads start.
Result<std::string> prompt(const Io& io, std::string_view question, Echo echo);

}  // namespace corten::cli
