#include "term/table.hpp"

#include <algorithm>
#include <numeric>

#include "base/strings.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

// Narrower than this a cell says nothing.
constexpr std::size_t kNarrowest = 8;

std::vector<std::size_t> widest_cells(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    if (line.size() > widths.size()) widths.resize(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  }
  return widths;
}

std::size_t line_width(const std::vector<std::size_t>& widths, const TabOptions& tabs) {
  std::size_t total = widths.empty() ? 0 : widths.back();
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    total += std::max(tabs.min_width, widths[i] + tabs.padding);
  }
  return total;
}

// Takes columns off the widest cells until the line fits or every column is as narrow as it may be. `least`
// are the widths of the header, which is never cut.
void shrink(std::vector<std::size_t>& widths, const std::vector<std::size_t>& least,
            const TableOptions& options) {
  auto excess = line_width(widths, options.tabs);
  excess -= std::min(excess, options.max_columns);
  while (excess > 0) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const auto floor = std::max(kNarrowest, i < least.size() ? least[i] : 0);
      if (widths[i] > floor && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
    --excess;
  }
}

}  // namespace

void Table::add_row(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render(const TableOptions& options) const {
  std::vector<std::vector<std::string>> lines;
  if (!header_.empty()) lines.push_back(header_);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  if (lines.empty()) return {};

  if (options.max_columns > 0) {
    auto widths = widest_cells(lines);
    shrink(widths, widest_cells({header_}), options);
    for (auto& line : lines) {
      for (std::size_t i = 0; i < line.size(); ++i) line[i] = truncate_to_width(line[i], widths[i]);
    }
  }
  std::string text;
  for (const auto& line : lines) text += join(line, "\t") + '\n';
  return align_tabs(text, options.tabs);
}

}  // namespace corten::term
