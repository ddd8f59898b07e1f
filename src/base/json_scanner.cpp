#include "base/json_scanner.hpp"

#include <algorithm>

namespace corten {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '\\' && c != '"'; }

}  // namespace

void JsonScanner::skip_space() {
  while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\t' || rest_[0] == '\r')) {
    rest_.remove_prefix(1);
  }
}

bool JsonScanner::take(char expected) {
  skip_space();
  if (rest_.empty() || rest_[0] != expected) return false;
  rest_.remove_prefix(1);
  return true;
}

std::optional<std::string_view> JsonScanner::take_string() {
  if (!take('"')) return std::nullopt;
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_plain) - rest_.begin());
  if (end == rest_.size() || rest_[end] != '"') return std::nullopt;
  const auto text = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return text;
}

std::optional<std::string_view> JsonScanner::read_string() {
  ++values_;
  return take_string();
}

std::optional<std::int64_t> JsonScanner::read_number() {
  ++values_;
  skip_space();
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
  constexpr std::size_t kMaxDigits = 18;  // so many always fit
  if (digits == 0 || digits > kMaxDigits || (digits > 1 && rest_[0] == '0')) return std::nullopt;
  // "1.0", "1e3": whole numbers too, for parse_json().
  if (digits < rest_.size() && std::string_view(".eE").contains(rest_[digits])) return std::nullopt;
  std::int64_t value = 0;
  for (const char digit : rest_.substr(0, digits)) value = value * 10 + (digit - '0');
  rest_.remove_prefix(digits);
  return value;
}

bool JsonScanner::at_end() {
  skip_space();
  return rest_.empty();
}

}  // namespace corten
