#include "base/local_time.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

#include <fmt/core.h>

namespace corten {
namespace {

// What mktime and localtime can be asked for: the years 1 to 9999, less a day for the zone.
constexpr std::int64_t kEarliest = -62135596800 + 86400;
constexpr std::int64_t kLatest = 253402300799 - 86400;

std::tm to_local(Timestamp time) {
  const auto seconds = static_cast<std::time_t>(std::clamp(time.seconds, kEarliest, kLatest));
  std::tm local{};
  // localtime_r need not read the zone first (POSIX). Once: glibc looks at /etc/localtime every time.
  [[maybe_unused]] static const bool zone_read = (::tzset(), true);
  (void)::localtime_r(&seconds, &local);  // fails only for years that no int holds
  return local;
}

std::string format(const std::tm& local, const char* pattern) {
  std::array<char, 128> text{};
  const auto length = std::strftime(text.data(), text.size(), pattern, &local);
  return {text.data(), length};
}

// strftime does not pad years below 1000 in every libc.
std::string format_date(const std::tm& local, char between) {
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, between, local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace

std::string format_local_time(Timestamp time) {
  const auto local = to_local(time);
  return format_date(local, ' ') + format(local, " %z %Z");
}

std::string format_local_rfc3339(Timestamp time) {
  const auto local = to_local(time);
  if (local.tm_gmtoff == 0) return format_date(local, 'T') + "Z";
  const auto minutes = std::abs(local.tm_gmtoff) / 60;
  return format_date(local, 'T') +
         fmt::format("{}{:02}:{:02}", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

Timestamp local_to_utc(Timestamp time) {
  const auto seconds = static_cast<std::time_t>(std::clamp(time.seconds, kEarliest, kLatest));
  std::tm shown{};
  (void)::gmtime_r(&seconds, &shown);
  shown.tm_isdst = -1;  // the zone's rules say whether it is summer
  return {.seconds = ::mktime(&shown), .nanoseconds = time.nanoseconds};
}

}  // namespace corten
