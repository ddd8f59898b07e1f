#pragma once

#include <cstddef>
#include <string>

#include "term/progress_renderer.hpp"
#include "term/style.hpp"

namespace corten::term {

/// Widths shared by the lines of one frame, so that their parts stand below each other.
struct LineLayout {
  std::size_t columns = 80;  ///< of a line; never exceeded
  std::size_t label = 0;
  std::size_t phase = 0;
};

/// "1a2b3c  Downloading  [=====>      ] 12.3MB / 100MB  5.2MB/s  17s"; what does not fit is left out from the
/// right to the left, the bar first.
std::string item_line(const ProgressItem& item, const LineLayout& layout, const Style& style);

/// "=> [2/7] RUN pip install torch  12.3s": with the time at the right end.
std::string step_line(const ProgressStep& step, std::chrono::nanoseconds now, std::size_t columns,
                      const Style& style);

/// "[====>     ]" of exactly `columns`, at least 3.
std::string bar_text(unsigned percent, std::size_t columns);

}  // namespace corten::term
