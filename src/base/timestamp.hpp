#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten {

/// A point in time, UTC: whole seconds since 1970 (negative before) and 0 <= nanoseconds < 10^9 after them.
/// Wider than std::chrono's nanoseconds: Docker's "zero time" is the year 1, tar headers reach further.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;

  auto operator<=>(const Timestamp&) const = default;
};

Timestamp now();

/// RFC 3339 with any number of fraction digits (those after the ninth are cut) and any offset; years 1 to
/// 9999.
Result<Timestamp> parse_rfc3339(std::string_view text);

/// "2024-05-01T12:00:00.5Z": UTC, the fraction without trailing zeros, as Go's RFC3339Nano. Years outside
/// 1 to 9999 are clamped to that range, so that the text is always well-formed.
std::string format_rfc3339(Timestamp time);

}  // namespace corten
