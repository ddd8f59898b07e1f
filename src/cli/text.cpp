#include "cli/text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.hpp"

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
  std::vector<std::string> lines(1);
  for (const auto word : split(text, ' ')) {
    if (word.empty()) continue;
    auto& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (line.size() + 1 + word.size() <= width) {
      line += ' ';
      line += word;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
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
