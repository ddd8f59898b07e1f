#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corten::term {

/// Docker's values (cli/command/formatter: NewWriter(out, 10, 1, 3, ' ', 0)).
struct TabOptions {
  std::size_t min_width = 10;  ///< Smallest column, the padding included.
  std::size_t padding = 3;     ///< Spaces between the widest cell of a column and the next column.
};

/// Aligns tab-separated text as Go's text/tabwriter does: a tab ends a cell, and cells above each other in
/// consecutive lines form a column as wide as the widest of them. What follows the last tab of a line belongs
/// to no column and is not padded. Widths are display columns (Docker counts characters, so that its tables
/// are ragged after wide ones).
std::string align_tabs(std::string_view text, const TabOptions& options = {});

}  // namespace corten::term
