#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::term {

/// Both from 1; the column counts characters (code points), a tab being one.
struct SourcePosition {
  std::size_t line = 1;
  std::size_t column = 1;

  auto operator<=>(const SourcePosition&) const = default;
};

/// Part of a text, in bytes.
struct SourceSpan {
  std::size_t offset = 0;
  std::size_t length = 1;
};

/// The position of a byte; of the end of the text for offsets behind it.
SourcePosition position_at(std::string_view source, std::size_t offset);

/// The line of the span with a caret below it, for a terminal:
///   2 | RUN pip instal torch
///     |         ^~~~~~
/// Tabs become spaces, other control characters \xNN; of a long line the part around the span is shown. No
/// newline at the end.
std::string source_excerpt(std::string_view source, SourceSpan span, std::size_t max_columns = 100);

/// What an error about a place in a text says: the problem, and advice if there is any.
struct SourceProblem {
  std::string message;
  std::string advice;
};

/// An invalid_argument error "NAME: line 2, column 9: MESSAGE" whose hint is the advice, if any, and the
/// excerpt on lines of their own. `name` may be empty. Print a hint line by line: the excerpt is printable as
/// it is, but its newlines must stay.
std::unexpected<Error> fail_in_source(std::string_view name, std::string_view source, SourceSpan span,
                                      const SourceProblem& problem);

}  // namespace corten::term
