#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corten::term {

enum class Colour : std::uint8_t { plain, bold, dim, red, green, yellow, blue, cyan };

/// Colours text, or gives it back as it is when colour is off: callers need not ask.
class Style {
 public:
  /// `enabled` is the answer of wants_colour().
  explicit Style(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  std::string paint(Colour colour, std::string_view text) const;

  std::string bold(std::string_view text) const { return paint(Colour::bold, text); }
  std::string dim(std::string_view text) const { return paint(Colour::dim, text); }
  std::string red(std::string_view text) const { return paint(Colour::red, text); }
  std::string green(std::string_view text) const { return paint(Colour::green, text); }
  std::string yellow(std::string_view text) const { return paint(Colour::yellow, text); }
  std::string cyan(std::string_view text) const { return paint(Colour::cyan, text); }

 private:
  bool enabled_;
};

/// "12.5MB/s", powers of 1000 as in format_size_decimal().
std::string format_rate(double bytes_per_second);

/// Time for people, at most two units and no more than 7 columns: "0.4s", "12.3s", "1m05s", "2h03m", "4d02h".
std::string format_elapsed(std::chrono::nanoseconds elapsed);

/// How long the rest takes at this rate, rounded up to seconds; nothing when the rate is zero or the time is
/// over 100 hours, where a number would only be noise.
std::optional<std::chrono::seconds> estimate_remaining(std::uint64_t rest_bytes, double bytes_per_second);

}  // namespace corten::term
