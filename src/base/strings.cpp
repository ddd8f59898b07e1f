#include "base/strings.hpp"

#include <algorithm>
#include <charconv>

namespace corten {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629 section
// 4).
std::size_t utf8_sequence(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  if (!std::ranges::all_of(text.substr(1, length - 1), is_continuation)) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_high = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

// U+0080..U+009F are control characters too; terminals act on some of them (U+009B is CSI).
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

void append_escaped(std::string& out, char c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

template <typename Integer>
Result<Integer> parse_number(std::string_view text, std::string_view what) {
  Integer value{};
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc::result_out_of_range) {
    return fail(Errc::invalid_argument, "{}: '{}' is out of range", what, text);
  }
  if (parsed.ec != std::errc() || parsed.ptr != end || text.empty()) {
    return fail(Errc::invalid_argument, "{}: expected a whole number, found '{}'", what, text);
  }
  return value;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (const auto halves = cut(text, separator)) {
    parts.push_back(halves->before);
    text = halves->after;
  }
  parts.push_back(text);
  return parts;
}

std::optional<Cut> cut(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return Cut{.before = text.substr(0, at), .after = text.substr(at + 1)};
}

std::optional<Cut> cut_last(std::string_view text, char separator) {
  const auto at = text.rfind(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return Cut{.before = text.substr(0, at), .after = text.substr(at + 1)};
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), upper);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
    const auto first = static_cast<unsigned char>(text[0]);
    const bool control = first < 0x20 || first == 0x7F || is_c1_control(sequence);
    if (length == 0 || control) {
      for (const char c : sequence) append_escaped(out, c);
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

Result<std::int64_t> parse_int64(std::string_view text, std::string_view what) {
  return parse_number<std::int64_t>(text, what);
}

Result<std::uint64_t> parse_uint64(std::string_view text, std::string_view what) {
  return parse_number<std::uint64_t>(text, what);
}

}  // namespace corten
