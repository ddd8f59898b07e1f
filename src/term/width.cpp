#include "term/width.hpp"

#include <algorithm>

#include "term/utf8.hpp"
#include "term/width_table.hpp"

namespace corten::term {
namespace {

constexpr char kEscape = '\x1b';
constexpr char32_t kZeroWidthJoiner = 0x200D;
constexpr char32_t kEmojiPresentation = 0xFE0F;
constexpr std::string_view kColourOff = "\x1b[0m";

bool contains(std::span<const CodePointRange> ranges, char32_t value) {
  const auto after = std::ranges::upper_bound(ranges, value, {}, &CodePointRange::first);
  return after != ranges.begin() && std::prev(after)->last >= value;
}

bool is_zero_width(char32_t value) { return value >= 0x80 && contains(zero_width_ranges(), value); }
bool is_skin_tone(char32_t value) { return value >= 0x1F3FB && value <= 0x1F3FF; }

std::size_t columns_of(char32_t value) {
  if (value < 0x20 || value == 0x7F) return 0;
  if (value < 0x80) return 1;
  if (is_zero_width(value)) return 0;
  return contains(wide_ranges(), value) ? 2 : 1;
}

// The bytes of a colour sequence (ECMA-48 SGR: ESC [ digits ; digits m) at the start; 0 if there is none.
std::size_t colour_sequence(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

bool may_be_emoji(char32_t value) {
  return contains(narrow_emoji_ranges(), value) || (value >= 0x1F000 && columns_of(value) == 2);
}

}  // namespace

Cluster next_cluster(std::string_view text) {
  if (text.empty()) return {};
  if (const auto colour = colour_sequence(text); colour != 0) return {.bytes = colour, .columns = 0};
  // Nearly all text is ASCII, and nothing in it joins.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (is_ascii(text[0]) && (text.size() == 1 || is_ascii(text[1]))) {
    return {.bytes = 1, .columns = columns_of(static_cast<unsigned char>(text[0]))};
  }
  const auto base = decode_code_point(text);
  if (!base.valid) return {.bytes = 1, .columns = 1};
  Cluster cluster{.bytes = base.bytes, .columns = columns_of(base.value)};
  if (base.value < 0x20 || base.value == 0x7F) return cluster;
  bool joined = false;
  while (true) {
    const auto next = decode_code_point(text.substr(cluster.bytes));
    if (next.bytes == 0 || !next.valid) return cluster;
    if (next.value == kEmojiPresentation && contains(narrow_emoji_ranges(), base.value)) cluster.columns = 2;
    const bool extends = is_zero_width(next.value) ||
                         (is_skin_tone(next.value) && may_be_emoji(base.value)) ||
                         (joined && may_be_emoji(next.value) && may_be_emoji(base.value));
    if (!extends) return cluster;
    joined = next.value == kZeroWidthJoiner;
    cluster.bytes += next.bytes;
  }
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto cluster = next_cluster(text);
    columns += cluster.columns;
    text.remove_prefix(cluster.bytes);
  }
  return columns;
}

std::string truncate_to_width(std::string_view text, std::size_t columns, std::string_view ellipsis) {
  if (display_width(text) <= columns) return std::string(text);
  const auto ellipsis_columns = display_width(ellipsis);
  const bool with_ellipsis = ellipsis_columns <= columns;
  const auto room = with_ellipsis ? columns - ellipsis_columns : columns;
  std::size_t used = 0;
  std::size_t end = 0;
  bool coloured = false;
  while (end < text.size()) {
    const auto cluster = next_cluster(text.substr(end));
    if (used + cluster.columns > room) break;
    const bool is_colour = text[end] == kEscape && cluster.bytes > 1;
    if (is_colour) coloured = text.substr(end, cluster.bytes) != kColourOff;
    used += cluster.columns;
    end += cluster.bytes;
  }
  std::string out(text.substr(0, end));
  if (with_ellipsis) out += ellipsis;
  if (coloured) out += kColourOff;
  return out;
}

std::string pad_to_width(std::string_view text, std::size_t columns) {
  std::string out(text);
  const auto width = display_width(text);
  if (width < columns) out.append(columns - width, ' ');
  return out;
}

std::string pad_left_to_width(std::string_view text, std::size_t columns) {
  const auto width = display_width(text);
  return std::string(width < columns ? columns - width : 0, ' ') + std::string(text);
}

}  // namespace corten::term
