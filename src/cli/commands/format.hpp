#pragma once

#include <array>
#include <string_view>

#include "base/result.hpp"

namespace corten::cli {

/// What `--format` of commands with one JSON form accepts.
inline constexpr std::array<std::string_view, 1> kFormats = {"json"};

/// Whether `--format` asks for JSON; text for people if it was not given.
inline Result<bool> wants_json(std::string_view format) {
  if (format.empty() || format == "json") return format == "json";
  return with_hint(fail(Errc::invalid_argument, "unknown format '{}'", format), "use --format json");
}

}  // namespace corten::cli
