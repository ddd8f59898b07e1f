#pragma once

#include <span>

namespace corten::term {

/// First and last code point of a run, both included. The tables are sorted and do not overlap.
struct CodePointRange {
  char32_t first;
  char32_t last;
};

/// Code points that take no column of their own.
std::span<const CodePointRange> zero_width_ranges();
/// Code points that take two columns.
std::span<const CodePointRange> wide_ranges();
/// Code points that take one column, or two when U+FE0F follows.
std::span<const CodePointRange> narrow_emoji_ranges();

}  // namespace corten::term
