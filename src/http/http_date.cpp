#include "http/http_date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/strings.hpp"
#include "http/chars.hpp"

namespace corten::http {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  std::string_view day;
  std::string_view month;
  std::string_view year;
  std::string_view clock;
};

std::optional<int> find_number(std::string_view text, std::size_t digits) {
  if (text.size() != digits || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

std::optional<Parts> find_parts(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, std::string_view());  // asctime pads the day with a second space
  if (words.size() == 6 && words[0].ends_with(',') && words[5] == "GMT") {
    return Parts{.day = words[1], .month = words[2], .year = words[3], .clock = words[4]};
  }
  if (words.size() == 4 && words[0].ends_with(',') && words[3] == "GMT") {
    const auto date = split(words[1], '-');
    if (date.size() != 3) return std::nullopt;
    return Parts{.day = date[0], .month = date[1], .year = date[2], .clock = words[2]};
  }
  if (words.size() == 5) {
    return Parts{.day = words[2], .month = words[1], .year = words[4], .clock = words[3]};
  }
  return std::nullopt;
}

std::optional<int> find_year(std::string_view text, Timestamp now) {
  if (text.size() != 2) return find_number(text, 4);
  const auto short_year = find_number(text, 2);
  if (!short_year) return std::nullopt;

  const auto today =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(now.seconds)));
  const int this_year = static_cast<int>(std::chrono::year_month_day(today).year());
  // RFC 9110: a year that seems more than 50 years ahead is the most recent past one with those digits.
  int year = this_year - this_year % 100 + *short_year;
  if (year > this_year + 50) year -= 100;
  return year;
}

std::optional<std::chrono::seconds> find_time_of_day(std::string_view clock) {
  const auto fields = split(clock, ':');
  if (fields.size() != 3) return std::nullopt;
  const auto hour = find_number(fields[0], 2);
  const auto minute = find_number(fields[1], 2);
  const auto second = find_number(fields[2], 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace

Result<Timestamp> parse_http_date(std::string_view text, Timestamp now) {
  const auto bad = [&] {
    return fail(Errc::invalid_argument, "'{}' is not a date such as 'Sun, 06 Nov 1994 08:49:37 GMT'",
                printable(text.substr(0, 64)));
  };
  constexpr std::size_t kMaxBytes = 64;
  if (text.size() > kMaxBytes) return bad();
  const auto parts = find_parts(text);
  if (!parts) return bad();
  const auto month = std::ranges::find(kMonths, parts->month);
  const auto day = find_number(parts->day, parts->day.size() == 1 ? 1 : 2);
  const auto year = find_year(parts->year, now);
  const auto time = find_time_of_day(parts->clock);
  if (month == kMonths.end() || !day || !year || !time) return bad();

  const std::chrono::year_month_day date(
      std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return bad();
  const auto point = std::chrono::sys_days(date) + *time;
  return Timestamp{.seconds = point.time_since_epoch().count(), .nanoseconds = 0};
}

}  // namespace corten::http
