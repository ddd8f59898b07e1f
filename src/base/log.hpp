#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "base/result.hpp"

/// Messages for people on standard error. Libraries log at debug and below and return errors; whoever handles
/// an error logs it, once. Thread-safe.
namespace corten::log {

enum class Level : std::uint8_t { trace, debug, info, warning, error, off };

/// Docker's names: debug, info, warn, error, fatal; also trace, warning and off.
Result<Level> parse_level(std::string_view text);

/// Starts at `warning`.
void set_level(Level level);
bool enabled(Level level);

/// One line, "warning: text", control characters made printable.
void write(Level level, std::string_view text);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::vformat(format, fmt::make_format_args(args...)));
}

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::vformat(format, fmt::make_format_args(args...)));
}

template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warning)) write(Level::warning, fmt::vformat(format, fmt::make_format_args(args...)));
}

template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::error)) write(Level::error, fmt::vformat(format, fmt::make_format_args(args...)));
}

}  // namespace corten::log
