#include "term/style.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/units.hpp"

namespace corten::term {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// ECMA-48 SGR parameters: the eight colours that every terminal has.
std::string_view parameter(Colour colour) {
  switch (colour) {
    case Colour::bold:
      return "1";
    case Colour::dim:
      return "2";
    case Colour::red:
      return "31";
    case Colour::green:
      return "32";
    case Colour::yellow:
      return "33";
    case Colour::blue:
      return "34";
    case Colour::cyan:
      return "36";
    case Colour::plain:
      break;
  }
  return "0";
}

constexpr seconds kLongestEstimate = std::chrono::hours(100);

}  // namespace

std::string Style::paint(Colour colour, std::string_view text) const {
  if (!enabled_ || colour == Colour::plain || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", parameter(colour), text);
}

std::string format_rate(double bytes_per_second) {
  // The upper bound keeps the conversion defined; no disk or network comes near it.
  constexpr double kFastest = 1e18;
  const double rate = bytes_per_second >= 0 ? std::min(bytes_per_second, kFastest) : 0;
  return format_size_decimal(static_cast<std::uint64_t>(rate)) + "/s";
}

std::string format_elapsed(nanoseconds elapsed) {
  const auto tenths = std::max<std::int64_t>(0, elapsed.count()) / 100'000'000;
  const auto total = tenths / 10;
  if (total < 60) return fmt::format("{}.{}s", total, tenths % 10);
  const auto minutes = total / 60;
  if (minutes < 60) return fmt::format("{}m{:02}s", minutes, total % 60);
  const auto hours = minutes / 60;
  if (hours < 24) return fmt::format("{}h{:02}m", hours, minutes % 60);
  return fmt::format("{}d{:02}h", hours / 24, hours % 24);
}

std::optional<seconds> estimate_remaining(std::uint64_t rest_bytes, double bytes_per_second) {
  if (!(bytes_per_second > 0)) return std::nullopt;
  const double rest = std::ceil(static_cast<double>(rest_bytes) / bytes_per_second);
  if (rest > static_cast<double>(kLongestEstimate.count())) return std::nullopt;
  return seconds(static_cast<std::int64_t>(rest));
}

}  // namespace corten::term
