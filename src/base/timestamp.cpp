#include "base/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

namespace corten {
namespace {

constexpr std::int64_t kYear1 = -62135596800;          // 0001-01-01T00:00:00Z
constexpr std::int64_t kEndOfYear9999 = 253402300799;  // 9999-12-31T23:59:59Z

// Takes `width` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + width, value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + width || text[0] == '-') return std::nullopt;
  text.remove_prefix(width);
  return value;
}

bool take_one_of(std::string_view& text, std::string_view allowed) {
  if (text.empty() || !allowed.contains(text[0])) return false;
  text.remove_prefix(1);
  return true;
}

// Days since 1970, or nothing for a date the calendar does not have.
std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_one_of(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_one_of(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *year < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

std::optional<std::int64_t> take_hours_minutes(std::string_view& text) {
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return *hours * 3600 + *minutes * 60;
}

std::optional<std::int32_t> take_fraction(std::string_view& text) {
  if (!take_one_of(text, ".")) return 0;
  std::int32_t nanoseconds = 0;
  std::int32_t unit = 100'000'000;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    nanoseconds += (text[digits] - '0') * unit;
    unit /= 10;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return nanoseconds;
}

// Seconds east of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take_one_of(text, "Zz")) return 0;
  const bool west = text.starts_with('-');
  if (!take_one_of(text, "+-")) return std::nullopt;
  const auto offset = take_hours_minutes(text);
  if (!offset) return std::nullopt;
  return west ? -*offset : *offset;
}

std::optional<Timestamp> read_rfc3339(std::string_view text) {
  const auto days = take_date(text);
  if (!days || !take_one_of(text, "Tt ")) return std::nullopt;
  const auto day_time = take_hours_minutes(text);
  if (!day_time || !take_one_of(text, ":")) return std::nullopt;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;  // 60: a leap second
  const auto nanoseconds = take_fraction(text);
  if (!nanoseconds) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Timestamp{.seconds = *days * 86400 + *day_time + *seconds - *offset, .nanoseconds = *nanoseconds};
}

}  // namespace

Timestamp now() {
  timespec time{};
  (void)::clock_gettime(CLOCK_REALTIME, &time);  // cannot fail for this clock
  return {.seconds = time.tv_sec, .nanoseconds = static_cast<std::int32_t>(time.tv_nsec)};
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const auto time = read_rfc3339(text);
  if (!time) {
    return with_hint(fail(Errc::invalid_argument, "'{}' is not an RFC 3339 time", text.substr(0, 64)),
                     "write it as 2024-05-01T12:00:00Z");
  }
  return *time;
}

std::string format_rfc3339(Timestamp time) {
  const auto seconds = std::clamp(time.seconds, kYear1, kEndOfYear9999);
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::seconds{seconds});
  const std::chrono::year_month_day date{std::chrono::sys_days{days}};
  const auto second = seconds - std::chrono::seconds{days}.count();
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          second / 3600, second / 60 % 60, second % 60);
  if (time.nanoseconds != 0) {
    auto fraction = fmt::format(".{:09}", time.nanoseconds);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + "Z";
}

}  // namespace corten
