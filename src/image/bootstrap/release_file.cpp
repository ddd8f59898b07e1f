#include "image/bootstrap/release_file.hpp"

#include <fcntl.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/env.hpp"
#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/run_capture.hpp"
#include "sys/temp.hpp"

namespace corten::image {
namespace {

constexpr std::size_t kMaxReleaseBytes = std::size_t{16} * 1024 * 1024;
constexpr auto kDownloader = "/usr/lib/apt/apt-helper";

std::optional<int> find_month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

// The numbers of "HH:MM:SS".
std::optional<std::chrono::seconds> find_time_of_day(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  std::int64_t seconds = 0;
  for (const auto part : parts) {
    const auto number = parse_uint64(part, "time");
    if (!number || *number > 60) return std::nullopt;
    seconds = seconds * 60 + static_cast<std::int64_t>(*number);
  }
  return std::chrono::seconds(seconds);
}

// RFC 5322 with the zone UTC, the day of the week before it.
std::optional<Timestamp> find_time(std::string_view text) {
  const auto words = split(trim(text), ' ');
  if (words.size() != 6 || (words[5] != "UTC" && words[5] != "GMT" && words[5] != "+0000"))
    return std::nullopt;
  const auto day = parse_uint64(words[1], "day");
  const auto month = find_month(words[2]);
  const auto year = parse_uint64(words[3], "year");
  const auto time = find_time_of_day(words[4]);
  if (!day || !month || !year || !time || *day > 31 || *year > 9999) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_seconds moment = std::chrono::sys_days(date) + *time;
  return Timestamp{.seconds = moment.time_since_epoch().count()};
}

// A directory of ours alone, below $TMPDIR or /tmp.
Result<std::string> download(std::string_view url, const std::stop_token& stop) {
  const auto parent_path = find_nonempty_env("TMPDIR").value_or("/tmp");
  const auto parent = TRY(sys::open(parent_path, O_RDONLY | O_DIRECTORY));
  auto directory = TRY(sys::TempDir::create(parent, "corten-bootstrap-"));
  const auto target = fmt::format("{}/{}/InRelease", parent_path, directory.name());
  const auto done = TRY(sys::run_capture({kDownloader, "download-file", std::string(url), target},
                                         {.timeout = std::chrono::minutes(2), .stop = stop}));
  if (!done.status.success()) {
    return fail(Errc::unavailable, "fetching '{}': {}", url, printable(trim(done.error_output)));
  }
  auto text = TRY(sys::read_file(directory.fd(), "InRelease", kMaxReleaseBytes));
  TRY(std::move(directory).remove());
  return text;
}

}  // namespace

Result<Timestamp> parse_release_date(std::string_view release) {
  constexpr std::string_view kField = "Date:";
  for (const auto line : split(release, '\n')) {
    if (!line.starts_with(kField)) continue;
    const auto value = trim(line.substr(kField.size()));
    const auto time = find_time(value);
    if (time) return *time;
    return fail(Errc::data_loss, "the Release file's Date '{}' is no time", printable(value));
  }
  return fail(Errc::data_loss, "the Release file has no Date");
}

Result<Timestamp> fetch_release_date(std::string_view uri, std::string_view suite,
                                     const std::stop_token& stop) {
  while (uri.ends_with('/')) uri.remove_suffix(1);
  const auto release = TRY(download(fmt::format("{}/dists/{}/InRelease", uri, suite), stop));
  return parse_release_date(release);
}

}  // namespace corten::image
