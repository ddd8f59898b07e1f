#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corten::term {

/// What a terminal shows as one picture: a base character with its combining marks, an emoji with modifiers
/// and what zero-width joiners tie to it. Never cut inside.
struct Cluster {
  std::size_t bytes = 0;    ///< 0 only for an empty text
  std::size_t columns = 0;  ///< 0, 1 or 2
};

/// The cluster at the start of `text`. A byte that is not UTF-8 is a cluster of one column (terminals show a
/// replacement), a control character has none, and a colour sequence (ESC [ ... m) is a cluster of no
/// columns.
Cluster next_cluster(std::string_view text);

/// How many terminal columns the text takes on one line. The same in every locale: UTF-8, Unicode 14
/// (UAX #11), ambiguous characters narrow.
std::size_t display_width(std::string_view text);

/// The longest beginning of the text that fits `columns`, with `ellipsis` at its end if anything was cut.
/// When not even the ellipsis fits, the beginning of the text without it. A colour that was on is switched
/// off.
std::string truncate_to_width(std::string_view text, std::size_t columns,
                              std::string_view ellipsis = "\u2026");

/// The text with spaces after it up to `columns`; longer text stays as it is.
std::string pad_to_width(std::string_view text, std::size_t columns);

/// The text with spaces before it up to `columns`.
std::string pad_left_to_width(std::string_view text, std::size_t columns);

}  // namespace corten::term
