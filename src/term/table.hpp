#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "term/tabwriter.hpp"

namespace corten::term {

struct TableOptions {
  /// For a terminal: shorten long cells, the widest columns first, so that lines fit. 0: never, as Docker.
  std::size_t max_columns = 0;
  TabOptions tabs;
};

/// Rows of cells as Docker prints them: a header line, columns apart by three spaces or more, left aligned,
/// the last one not padded (so a line whose last cell is empty ends in spaces, as Docker's does). Control
/// characters in cells are made visible: names and labels come from images and must not steer the terminal.
class Table {
 public:
  /// The header is printed as given; Docker's are upper case. An empty header list prints none.
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  void add_row(std::vector<std::string> cells);

  /// Every line ends with a newline.
  std::string render(const TableOptions& options = {}) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace corten::term
