#include "base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "base/strings.hpp"

namespace corten {
namespace {

using std::chrono::nanoseconds;

// A decimal number split so that no digit is lost to floating point: value = whole + fraction / 10^digits.
struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  std::uint64_t scale = 1;
  std::size_t length = 0;  // bytes read
};

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kMaxFractionDigits = 18;

// Reads `12`, `1.5`, `.5` or `5.` at the start of `text`; nothing if there is no digit or it overflows.
std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal value;
  const auto whole = text.substr(0, std::min(text.find_first_not_of(kDigits), text.size()));
  std::string_view fraction;
  value.length = whole.size();
  if (value.length < text.size() && text[value.length] == '.') {
    const auto rest = text.substr(value.length + 1);
    fraction = rest.substr(0, std::min(rest.find_first_not_of(kDigits), rest.size()));
    value.length += 1 + fraction.size();
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (!whole.empty()) {
    const auto parsed = std::from_chars(whole.data(), whole.data() + whole.size(), value.whole);
    if (parsed.ec != std::errc()) return std::nullopt;
  }
  for (const char digit : fraction.substr(0, kMaxFractionDigits)) {
    value.fraction = value.fraction * 10 + static_cast<std::uint64_t>(digit - '0');
    value.scale *= 10;
  }
  return value;
}

// value * unit, or nothing when it does not fit 63 bits. The fraction is cut, not rounded, as Go does.
std::optional<std::int64_t> scale(const Decimal& value, std::uint64_t unit) {
  __extension__ using Wide = unsigned __int128;
  const Wide total = Wide{value.whole} * unit + Wide{value.fraction} * unit / value.scale;
  if (total > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(total);
}

// The power of 1024 that `suffix` stands for: "", "b", "k", "kb", "kib" ... "pib", any case.
std::optional<std::uint64_t> size_unit(std::string_view suffix) {
  const auto lower = to_lower(suffix);
  if (lower.empty() || lower == "b") return 1;
  constexpr std::string_view kPrefixes = "kmgtp";
  const auto power = kPrefixes.find(lower[0]);
  const auto rest = std::string_view(lower).substr(1);
  if (power == std::string_view::npos || !(rest.empty() || rest == "b" || rest == "ib" || rest == "i")) {
    return std::nullopt;
  }
  return std::uint64_t{1} << (10 * (power + 1));
}

// go-units CustomSize: four significant digits, no trailing zeros ("%.4g").
std::string format_size(std::uint64_t bytes, double base, std::span<const std::string_view> units) {
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= base && unit + 1 < units.size()) {
    value /= base;
    ++unit;
  }
  return fmt::format("{:.4g}{}", value, units[unit]);
}

struct DurationUnit {
  std::string_view name;
  std::uint64_t ns;
};

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr DurationUnit kDurationUnits[] = {
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", kSecond},
    {"m", 60 * kSecond},
    {"h", 3600 * kSecond},
    {"d", 86400 * kSecond},
    {"w", 7 * 86400 * kSecond},
};

std::optional<std::uint64_t> duration_unit(std::string_view name) {
  for (const auto& unit : kDurationUnits) {
    if (unit.name == name) return unit.ns;
  }
  return std::nullopt;
}

constexpr std::string_view kDurationForm = "use a number and a unit, such as 30s, 1m30s, 250ms, 2h or 7d";

}  // namespace

Result<std::int64_t> parse_size_bytes(std::string_view text, std::string_view what) {
  const auto value = read_decimal(text);
  const auto unit = value ? size_unit(trim(text.substr(value->length))) : std::nullopt;
  if (!value || !unit) {
    return with_hint(fail(Errc::invalid_argument, "{}: '{}' is not a size", what, text),
                     "use a number and a unit, such as 512m, 2g or 1.5GiB");
  }
  const auto bytes = scale(*value, *unit);
  if (!bytes) return fail(Errc::invalid_argument, "{}: '{}' is over 2^63 - 1 bytes", what, text);
  return *bytes;
}

std::string format_size_decimal(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  return format_size(bytes, 1000.0, kUnits);
}

std::string format_size_short(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 999.5 would be rounded to four digits, which Go prints as "1e+03".
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000.0;
    ++unit;
  }
  return fmt::format("{:.3g}{}", value, kUnits[unit]);
}

std::string format_size_binary(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  return format_size(bytes, 1024.0, kUnits);
}

Result<nanoseconds> parse_duration(std::string_view text, std::string_view what) {
  if (text == "0") return nanoseconds{0};
  std::int64_t total = 0;
  auto rest = text;
  if (rest.empty()) {
    return with_hint(fail(Errc::invalid_argument, "{}: the duration is empty", what), kDurationForm);
  }
  while (!rest.empty()) {
    const auto value = read_decimal(rest);
    const auto tail = value ? rest.substr(value->length) : rest;
    const auto name = tail.substr(0, std::min(tail.find_first_of("0123456789."), tail.size()));
    const auto unit = duration_unit(name);
    if (!value || !unit) {
      return with_hint(fail(Errc::invalid_argument, "{}: '{}' is not a duration", what, text), kDurationForm);
    }
    const auto part = scale(*value, *unit);
    if (!part || __builtin_add_overflow(total, *part, &total)) {
      return fail(Errc::invalid_argument, "{}: '{}' is longer than 292 years", what, text);
    }
    rest = tail.substr(name.size());
  }
  return nanoseconds{total};
}

std::string format_duration(nanoseconds duration) {
  if (duration.count() < 0) {
    // Negated as unsigned: the most negative count has no positive twin.
    const auto magnitude = ~static_cast<std::uint64_t>(duration.count()) + 1;
    if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return "-2562047h47m16.854775808s";
    }
    return "-" + format_duration(nanoseconds{static_cast<std::int64_t>(magnitude)});
  }
  const auto ns = static_cast<std::uint64_t>(duration.count());
  if (ns == 0) return "0s";
  const auto with_fraction = [](std::uint64_t value, std::uint64_t unit, std::string_view suffix) {
    auto text = std::to_string(value / unit);
    auto fraction = fmt::format("{:0{}}", value % unit, std::to_string(unit).size() - 1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (unit > 1 && !fraction.empty()) text += "." + fraction;
    return text + std::string(suffix);
  };
  if (ns < 1'000) return with_fraction(ns, 1, "ns");
  if (ns < 1'000'000) return with_fraction(ns, 1'000, "\u00b5s");
  if (ns < kSecond) return with_fraction(ns, 1'000'000, "ms");
  std::string text;
  const auto seconds = ns / kSecond;
  if (seconds >= 3600) text += fmt::format("{}h", seconds / 3600);
  if (seconds >= 60) text += fmt::format("{}m", seconds / 60 % 60);
  return text + with_fraction(ns % (60 * kSecond), kSecond, "s");
}

std::string format_age(nanoseconds age) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return fmt::format("{} seconds", seconds);
  const auto minutes = seconds / 60;
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  const auto hours = std::llround(static_cast<double>(seconds) / 3600.0);
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  if (hours < 24 * 7 * 2) return fmt::format("{} days", hours / 24);
  if (hours < 24 * 30 * 2) return fmt::format("{} weeks", hours / 24 / 7);
  if (hours < 24 * 365 * 2) return fmt::format("{} months", hours / 24 / 30);
  return fmt::format("{} years", seconds / 3600 / 24 / 365);
}

}  // namespace corten
