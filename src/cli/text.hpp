#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corten::cli {

/// A piece of a command's doc text.
struct Block {
  std::string text;      ///< A paragraph as one line, or the lines of a listing.
  bool listing = false;  ///< Lines that started with a space: shown as they are.
};

/// Paragraphs end at empty lines; a run of lines that start with a space is one listing.
std::vector<Block> parse_doc(std::string_view doc);

/// Breaks words over lines of at most `width` columns; a longer word stands alone. Text is ASCII.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// One line of a two-column list.
struct Row {
  std::string left;
  std::string right;
};

/// Aligns the right column behind the widest left one and wraps it within `columns`.
std::string format_rows(const std::vector<Row>& rows, std::size_t columns);

}  // namespace corten::cli
