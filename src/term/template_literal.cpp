#include "term/template_literal.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/utf8.hpp"
#include "term/width.hpp"

namespace corten::term::detail {
namespace {

// Removes the underscores between digits; nothing if one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view digits) {
  std::string out;
  char before = '_';
  for (const char c : digits) {
    if (c == '_' && before == '_') return std::nullopt;
    if (c != '_') out += c;
    before = c;
  }
  if (before == '_') return std::nullopt;
  return out;
}

struct Radix {
  int base;
  std::string_view digits;
};

Radix radix_of(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return {.base = 10, .digits = text};
  switch (text[1]) {
    case 'x':
    case 'X':
      return {.base = 16, .digits = text.substr(2)};
    case 'o':
    case 'O':
      return {.base = 8, .digits = text.substr(2)};
    case 'b':
    case 'B':
      return {.base = 2, .digits = text.substr(2)};
    default:
      return {.base = 8, .digits = text.substr(1)};
  }
}

template <typename Number, typename... How>
std::optional<Number> read_all(std::string_view text, How... how) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, how...);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::optional<JsonValue> parse_float(std::string_view text) {
  const auto value = read_all<double>(text);
  if (!value) return std::nullopt;
  return JsonValue(Json(*value));
}

// How many digits an escape \x, \u, \U has; 0 for others.
std::size_t hex_digits(char kind) { return kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0; }

char simple_escape(char kind) {
  constexpr std::string_view kNames = "abfnrtv\\";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\";
  const auto at = kNames.find(kind);
  return at == std::string_view::npos ? '\0' : kValues[at];
}

// Reads one escape after its backslash; how many bytes it has, 0 if it is not one.
std::size_t append_escape(std::string& out, std::string_view text, char quote) {
  if (text.empty()) return 0;
  const char kind = text[0];
  if (const char simple = simple_escape(kind); simple != '\0' || kind == quote) {
    out += kind == quote ? quote : simple;
    return 1;
  }
  if (const auto digits = hex_digits(kind); digits != 0) {
    const auto value = read_all<std::uint32_t>(text.substr(1, digits), 16);
    if (!value || text.size() < digits + 1) return 0;
    const bool surrogate = *value >= 0xD800 && *value <= 0xDFFF;
    if (kind != 'x' && (*value > 0x10FFFF || surrogate)) return 0;
    if (kind == 'x') {
      out += static_cast<char>(static_cast<unsigned char>(*value));
    } else {
      append_utf8(out, *value);
    }
    return digits + 1;
  }
  const auto octal = read_all<std::uint32_t>(text.substr(0, 3), 8);
  if (!octal || text.size() < 3 || *octal > 0xFF) return 0;
  out += static_cast<char>(static_cast<unsigned char>(*octal));
  return 3;
}

void append_quoted(std::string& out, CodePoint point, unsigned char first_byte, char quote, bool ascii_only) {
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v";
  const auto value = point.value;
  if (!point.valid) {
    out += fmt::format("\\x{:02x}", first_byte);
  } else if (value == static_cast<unsigned char>(quote) || value == '\\') {
    out += '\\';
    out += static_cast<char>(value);
  } else if (is_printable(value) && (!ascii_only || value < 0x80)) {
    append_utf8(out, value);
  } else if (const auto at = kValues.find(static_cast<char>(value)); value < 0x80 && at != kValues.npos) {
    out += '\\';
    out += kNames[at];
  } else if (value < 0x20 || value == 0x7F) {
    out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(value));
  } else if (value < 0x10000) {
    out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(value));
  } else {
    out += fmt::format("\\U{:08x}", static_cast<std::uint32_t>(value));
  }
}

}  // namespace

std::optional<JsonValue> parse_number_literal(std::string_view text) {
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const bool radix_prefix = text.size() > 1 && text[0] == '0' && !(text[1] >= '0' && text[1] <= '9') &&
                            text[1] != '_' && text.find_first_of(".eE") != 1;
  const bool fraction = !radix_prefix && text.find_first_of(".eE") != std::string_view::npos;
  const auto [base, marked] = fraction ? Radix{.base = 10, .digits = text} : radix_of(text);
  // Go allows one underscore right after a base prefix.
  const bool after_prefix = marked.starts_with('_') && marked.size() < text.size();
  const auto digits = without_underscores(marked.substr(after_prefix ? 1 : 0));
  if (!digits || digits->starts_with('+') || digits->starts_with('-')) return std::nullopt;
  const auto sign = std::string(negative ? "-" : "");
  if (fraction) return parse_float(sign + *digits);
  if (const auto value = read_all<std::int64_t>(sign + *digits, base)) return JsonValue(Json(*value));
  return std::nullopt;
}

std::optional<std::string> unquote(std::string_view inside, char quote) {
  std::string out;
  while (!inside.empty()) {
    const auto backslash = std::min(inside.find('\\'), inside.size());
    out += inside.substr(0, backslash);
    inside.remove_prefix(backslash);
    if (inside.empty()) break;
    const auto length = append_escape(out, inside.substr(1), quote);
    if (length == 0) return std::nullopt;
    inside.remove_prefix(1 + length);
  }
  return out;
}

bool is_printable(char32_t value) {
  if (value < 0x20 || value == 0x7F) return false;
  if (value < 0x7F) return true;
  if (value < 0xA1 || value == 0xAD || value == 0xFFFE || value == 0xFFFF) return false;
  // White space and format characters; surrogates and private use. Combining marks count as printable in Go.
  const bool space = value == 0x1680 || (value >= 0x2000 && value <= 0x200F) ||
                     (value >= 0x2028 && value <= 0x202F) || (value >= 0x205F && value <= 0x206F) ||
                     value == 0x3000 || value == 0xFEFF;
  const bool private_use = (value >= 0xD800 && value <= 0xF8FF) || value >= 0xE0000;
  return !space && !private_use;
}

std::string quote(std::string_view text, bool ascii_only) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto point = decode_code_point(text);
    append_quoted(out, point, static_cast<unsigned char>(text[0]), '"', ascii_only);
    text.remove_prefix(point.bytes);
  }
  return out + '"';
}

std::string quote_character(char32_t value, bool ascii_only) {
  std::string out = "'";
  const bool valid = value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF);
  append_quoted(out, {.value = valid ? value : U'\uFFFD', .bytes = 1, .valid = true}, 0, '\'', ascii_only);
  return out + '\'';
}

}  // namespace corten::term::detail
