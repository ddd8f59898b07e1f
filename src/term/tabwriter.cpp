#include "term/tabwriter.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

struct Cell {
  std::string_view text;
  std::size_t width = 0;   // of the text
  std::size_t column = 0;  // of the column, once known; 0 for the last cell of a line
};

using Line = std::vector<Cell>;

// A block is a run of lines that all have a tab-ended cell in the column; each block has a width of its own.
// The last cell of a line is not tab-ended.
void set_widths(std::vector<Line>& lines, const TabOptions& options) {
  std::size_t columns = 0;
  for (const auto& line : lines) columns = std::max(columns, line.size() - 1);
  for (std::size_t column = 0; column < columns; ++column) {
    const auto in_block = [column](const Line& line) { return line.size() > column + 1; };
    for (auto begin = lines.begin(); begin != lines.end();) {
      begin = std::find_if(begin, lines.end(), in_block);
      const auto end = std::find_if_not(begin, lines.end(), in_block);
      std::size_t width = options.min_width;
      for (auto line = begin; line != end; ++line) {
        width = std::max(width, (*line)[column].width + options.padding);
      }
      for (auto line = begin; line != end; ++line) (*line)[column].column = width;
      begin = end;
    }
  }
}

}  // namespace

std::string align_tabs(std::string_view text, const TabOptions& options) {
  std::vector<Line> lines;
  for (const auto line : split(text, '\n')) {
    auto& cells = lines.emplace_back();
    for (const auto cell : split(line, '\t')) cells.push_back({.text = cell, .width = display_width(cell)});
  }
  set_widths(lines, options);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != 0) out += '\n';
    for (const auto& cell : lines[i]) {
      out += cell.text;
      if (cell.column > cell.width) out.append(cell.column - cell.width, ' ');
    }
  }
  return out;
}

}  // namespace corten::term
