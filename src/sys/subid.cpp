#include "sys/subid.hpp"

#include <charconv>
#include <optional>
#include <string>

#include "base/strings.hpp"

namespace corten::sys {

namespace {

constexpr std::uint64_t kIdCount = std::uint64_t{1} << 32U;

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

Result<std::vector<SubIdRange>> parse_subids(std::string_view text, std::string_view what,
                                             std::string_view user_name, std::uint32_t uid) {
  const auto number = std::to_string(uid);
  std::vector<SubIdRange> ranges;
  int line_number = 0;
  for (const auto raw_line : split(text, '\n')) {
    ++line_number;
    const auto owner = cut(trim(raw_line), ':');
    if (!owner || owner->before.starts_with('#')) continue;
    if (owner->before != number && (user_name.empty() || owner->before != user_name)) continue;
    const auto fields = cut(owner->after, ':');
    const auto start = fields ? parse_id(fields->before) : std::nullopt;
    const auto count = fields ? parse_id(fields->after) : std::nullopt;
    if (!start || !count) {
      return fail(Errc::invalid_argument, "{}: line {}: expected 'user:first-id:count', found '{}'", what,
                  line_number, printable(raw_line));
    }
    // The last id, 2^32 - 1, means "no id" everywhere.
    if (*count == 0 || std::uint64_t{*start} + *count >= kIdCount) {
      return fail(Errc::invalid_argument, "{}: line {}: {} ids from {} on is not a range of ids", what,
                  line_number, *count, *start);
    }
    ranges.push_back({.start = *start, .count = *count});
  }
  return ranges;
}

}  // namespace corten::sys
