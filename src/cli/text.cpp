#include "cli/text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "term/wrap.hpp"

namespace corten::cli {
namespace {

// Below this the right column of a list would be a word per line; let long terminals' lines overflow instead.
constexpr std::size_t kMinRightColumns = 24;
constexpr std::size_t kGap = 3;

}  // namespace

std::vector<Block> parse_doc(std::string_view doc) {
  std::vector<Block> blocks;
  bool open = false;
  for (const auto line : split(doc, '\n')) {
    if (trim(line).empty()) {
      open = false;
      continue;
    }
    const bool listing = line.starts_with(' ');
    if (!open || blocks.back().listing != listing) {
      blocks.push_back({.text = std::string(line), .listing = listing});
      open = true;
      continue;
    }
    blocks.back().text += listing ? '\n' : ' ';
    blocks.back().text += line;
  }
  return blocks;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  const auto wrapped = term::wrap_text(text, {.columns = width});
  const auto lines = split(wrapped, '\n');
  return {lines.begin(), lines.end()};
}

std::string format_rows(const std::vector<Row>& rows, std::size_t columns) {
  std::size_t left = 0;
  for (const auto& row : rows) left = std::max(left, row.left.size());
  left += kGap;
  const std::size_t right = std::max(columns > left ? columns - left : 0, kMinRightColumns);
  std::string out;
  for (const auto& row : rows) {
    std::string_view start = row.left;
    for (const auto& line : wrap(row.right, right)) {
      out += line.empty() ? fmt::format("{}\n", start) : fmt::format("{:<{}}{}\n", start, left, line);
      start = {};
    }
  }
  return out;
}

}  // namespace corten::cli
