#include "codec/pax.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "base/strings.hpp"

namespace corten::codec::detail {
namespace {

constexpr std::int32_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNotBase64 = 0xFF;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

constexpr std::array<std::uint8_t, 256> make_base64_table() {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNotBase64);
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
    table[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

// "5", "25", "250000000" are half, a quarter and a quarter of a second.
std::int32_t parse_fraction(std::string_view digits) {
  std::int32_t nanoseconds = 0;
  std::int32_t unit = kNanosecondsPerSecond / 10;
  for (const char c : digits) {
    nanoseconds += (c - '0') * unit;
    unit /= 10;
  }
  return nanoseconds;
}

}  // namespace

Result<std::optional<PaxRecord>> PaxParser::next() {
  if (rest_.empty()) return std::nullopt;
  const auto at = size_ - rest_.size();
  // A length of more digits than these is longer than any header that is read.
  constexpr std::size_t kMaxLengthDigits = 10;
  const auto space = rest_.substr(0, kMaxLengthDigits + 1).find(' ');
  const auto length = space == std::string_view::npos ? std::nullopt : parse_decimal(rest_.substr(0, space));
  if (!length) {
    return fail(Errc::data_loss,
                "pax header, byte {}: expected the length of a record and a space, found '{}'", at,
                printable(rest_.substr(0, kMaxLengthDigits)));
  }
  if (*length > rest_.size()) {
    return fail(Errc::data_loss, "pax header, byte {}: a record of {} bytes where {} are left", at, *length,
                rest_.size());
  }
  if (*length <= space + 1 || rest_[*length - 1] != '\n') {
    return fail(Errc::data_loss, "pax header, byte {}: the record of {} bytes does not end with a newline",
                at, *length);
  }
  const auto record = cut(rest_.substr(space + 1, *length - space - 2), '=');
  if (!record || record->before.empty() || record->before.contains('\0')) {
    return fail(Errc::data_loss, "pax header, byte {}: expected KEY=VALUE in a record of {} bytes", at,
                *length);
  }
  rest_.remove_prefix(*length);
  return PaxRecord{.key = record->before, .value = record->after};
}

void append_pax_record(std::string& header, std::string_view key, std::string_view value) {
  // The length counts its own digits: start from the rest and add digits until it no longer grows.
  const auto rest = key.size() + value.size() + std::string_view(" =\n").size();
  auto length = rest;
  while (length != rest + fmt::formatted_size("{}", length))
    length = rest + fmt::formatted_size("{}", length);
  fmt::format_to(std::back_inserter(header), "{} ", length);
  header.append(key).append("=").append(value).append("\n");
}

Result<std::uint64_t> parse_pax_number(std::string_view text, std::string_view what) {
  const auto value = parse_decimal(text);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return fail(Errc::data_loss, "{}: expected a number from 0 to 2^63 - 1, found '{}'", what,
                printable(text.substr(0, 64)));
  }
  return *value;
}

Result<Timestamp> parse_pax_time(std::string_view text, std::string_view what) {
  const auto malformed = [&] {
    return fail(Errc::data_loss, "{}: expected seconds since 1970 such as '-1.25', found '{}'", what,
                printable(text.substr(0, 64)));
  };
  const bool negative = text.starts_with('-');
  const auto unsigned_text = text.substr(negative ? 1 : 0);
  const auto point = unsigned_text.find('.');
  const auto whole = parse_decimal(unsigned_text.substr(0, point));
  if (!whole) return malformed();
  auto digits = point == std::string_view::npos ? std::string_view{} : unsigned_text.substr(point + 1);
  for (const char c : digits) {
    if (!is_digit(c)) return malformed();
  }
  const auto nanoseconds = parse_fraction(digits.substr(0, 9));

  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (*whole > kMax) {
    // -2^63 is the one value whose magnitude does not fit.
    const bool lowest = negative && *whole == kMax + 1 && nanoseconds == 0;
    if (!lowest) return fail(Errc::data_loss, "{}: '{}' does not fit 64 bits", what, text.substr(0, 64));
    return Timestamp{.seconds = std::numeric_limits<std::int64_t>::min(), .nanoseconds = 0};
  }
  const auto seconds = static_cast<std::int64_t>(*whole);
  if (!negative) return Timestamp{.seconds = seconds, .nanoseconds = nanoseconds};
  if (nanoseconds == 0) return Timestamp{.seconds = -seconds, .nanoseconds = 0};
  // A Timestamp counts nanoseconds forward from the second before.
  return Timestamp{.seconds = -seconds - 1, .nanoseconds = kNanosecondsPerSecond - nanoseconds};
}

std::string format_pax_time(Timestamp time) {
  if (time.nanoseconds == 0) return fmt::format("{}", time.seconds);
  const bool negative = time.seconds < 0;
  const auto seconds = negative ? -(time.seconds + 1) : time.seconds;
  const auto nanoseconds = negative ? kNanosecondsPerSecond - time.nanoseconds : time.nanoseconds;
  auto text = fmt::format("{}{}.{:09}", negative ? "-" : "", seconds, nanoseconds);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr auto kTable = make_base64_table();
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = kTable[static_cast<unsigned char>(c)];
    if (value == kNotBase64) return std::nullopt;
    bits = (bits << 6U) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xFFU);
  }
  if (count == 6) return std::nullopt;  // a lone last digit is less than a byte
  return out;
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) {
      count -= 6;
      out += kBase64Digits[(bits >> count) & 0x3FU];
    }
  }
  if (count > 0) out += kBase64Digits[(bits << (6 - count)) & 0x3FU];
  return out;
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text[0] != '%') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    const auto high = hex_digit(text[1]);
    const auto low = hex_digit(text[2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    text.remove_prefix(3);
  }
  return out;
}

std::string encode_percent(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '%' && c != '=') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    }
  }
  return out;
}

}  // namespace corten::codec::detail
