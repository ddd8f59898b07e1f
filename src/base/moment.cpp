#include "base/moment.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/local_time.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"

namespace corten {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "1136073600" and "1136073600.000000001".
std::optional<Timestamp> read_unix_time(std::string_view text) {
  const auto point = cut(text, '.');
  const auto whole = point ? point->before : text;
  std::string fraction(point ? point->after : "0");
  if (!is_digits(whole) || !is_digits(fraction)) return std::nullopt;
  fraction.resize(9, '0');  // nanoseconds: further digits are cut, missing ones are zeros
  Timestamp time;
  const auto seconds = std::from_chars(whole.data(), whole.data() + whole.size(), time.seconds);
  if (seconds.ec != std::errc()) return std::nullopt;
  (void)std::from_chars(fraction.data(), fraction.data() + fraction.size(), time.nanoseconds);
  return time;
}

// Where the zone begins in "2024-05-01T12:30:00+02:00": the dashes of the date are none.
std::size_t find_zone(std::string_view text) {
  constexpr std::size_t kDateLength = 10;
  if (text.size() <= kDateLength) return text.size();
  return std::min(text.find_first_of("Zz+-", kDateLength), text.size());
}

// What may be left out of a time, from its end.
std::optional<std::string> complete(std::string_view clock) {
  constexpr std::string_view kPattern = "0000-00-00T00:00:00";
  constexpr std::size_t kLengths[] = {10, 13, 16, 19};
  std::string text(clock);
  if (text.size() > kPattern.size()) return text;  // with a fraction
  if (std::ranges::find(kLengths, text.size()) == std::end(kLengths)) return std::nullopt;
  return text + std::string(kPattern.substr(text.size()));
}

std::optional<Timestamp> read_date(std::string_view text) {
  const auto zone = find_zone(text);
  const auto clock = complete(text.substr(0, zone));
  if (!clock) return std::nullopt;
  const bool has_zone = zone < text.size();
  const auto time = parse_rfc3339(*clock + std::string(has_zone ? text.substr(zone) : "Z"));
  if (!time) return std::nullopt;
  return has_zone ? *time : local_to_utc(*time);
}

Timestamp before(Timestamp now, std::chrono::nanoseconds age) {
  auto nanoseconds = now.nanoseconds - age.count() % kNanosecondsPerSecond;
  auto seconds = now.seconds - age.count() / kNanosecondsPerSecond;
  if (nanoseconds < 0) {
    nanoseconds += kNanosecondsPerSecond;
    --seconds;
  }
  return {.seconds = seconds, .nanoseconds = static_cast<std::int32_t>(nanoseconds)};
}

}  // namespace

Result<Timestamp> parse_moment(std::string_view text, Timestamp now, std::string_view what) {
  if (const auto time = read_unix_time(text)) return *time;
  if (const auto time = read_date(text)) return *time;
  if (const auto age = parse_duration(text, what)) return before(now, *age);
  return with_hint(fail(Errc::invalid_argument, "{}: '{}' is not a moment", what, text.substr(0, 64)),
                   "write how long ago, such as 24h or 7d, or a time, such as 2024-05-01T12:00:00Z");
}

}  // namespace corten
