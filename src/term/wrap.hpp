#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corten::term {

struct WrapOptions {
  std::size_t columns = 80;
  std::size_t first_indent = 0;  ///< Spaces before the first line of a paragraph.
  std::size_t indent = 0;        ///< Spaces before the others.
};

/// Breaks text between words so that no line is wider than `columns`, unless one word is: that one stands
/// alone and whole, so that paths and commands can be copied. A newline in the text stays; a line that begins
/// with white space (an example) is indented but not broken or joined. No white space at line ends; the last
/// line has no newline.
std::string wrap_text(std::string_view text, const WrapOptions& options);

}  // namespace corten::term
