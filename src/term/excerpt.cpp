#include "term/excerpt.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "term/utf8.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

constexpr std::size_t kTabStop = 4;
constexpr std::string_view kCut = "\u2026";

struct Line {
  std::size_t begin;
  std::size_t end;
};

Line line_around(std::string_view source, std::size_t offset) {
  const auto before = source.substr(0, offset).rfind('\n');
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  auto end = std::min(source.find('\n', offset), source.size());
  if (end > begin && source[end - 1] == '\r' && end - 1 >= offset) --end;
  return {.begin = begin, .end = end};
}

// The text as it is shown: tabs expanded from the column they stand at, control characters visible.
void append_shown(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto tab = std::min(text.find('\t'), text.size());
    out += printable(text.substr(0, tab));
    if (tab == text.size()) return;
    out.append(kTabStop - display_width(out) % kTabStop, ' ');
    text.remove_prefix(tab + 1);
  }
}

// Cuts whole clusters off the front until at most `columns` are left; how many columns went.
std::size_t drop_front(std::string& text, std::size_t drop_columns) {
  std::size_t dropped = 0;
  std::size_t bytes = 0;
  while (bytes < text.size() && dropped < drop_columns) {
    const auto cluster = next_cluster(std::string_view(text).substr(bytes));
    dropped += cluster.columns;
    bytes += cluster.bytes;
  }
  text.erase(0, bytes);
  return dropped;
}

struct Shown {
  std::string text;
  std::size_t caret_column = 0;
  std::size_t caret_width = 1;
};

Shown show_line(std::string_view source, Line line, SourceSpan span) {
  // Text far from the span is cut before it is measured: a line can be megabytes.
  constexpr std::size_t kNear = 1000;
  const auto begin = span.offset - std::min(span.offset - line.begin, kNear);
  const auto end = std::min(line.end, span.offset + kNear);
  Shown shown;
  append_shown(shown.text, source.substr(begin, span.offset - begin));
  shown.caret_column = display_width(shown.text);
  const auto marked = std::min(end, span.offset + span.length);
  append_shown(shown.text, source.substr(span.offset, marked - span.offset));
  shown.caret_width = std::max<std::size_t>(1, display_width(shown.text) - shown.caret_column);
  append_shown(shown.text, source.substr(marked, end - marked));
  return shown;
}

// Keeps the part of a long line that the caret is in.
void fit(Shown& shown, std::size_t columns) {
  // The caret may stand one behind the end of the line.
  if (display_width(shown.text) <= columns && shown.caret_column + shown.caret_width <= columns) return;
  const auto context = columns / 3;
  if (shown.caret_column > context && shown.caret_column + shown.caret_width > columns - 1) {
    const auto dropped = drop_front(shown.text, shown.caret_column - context);
    shown.text.insert(0, kCut);
    shown.caret_column = shown.caret_column - dropped + 1;
  }
  shown.text = truncate_to_width(shown.text, columns, kCut);
  const auto room = columns > shown.caret_column ? columns - shown.caret_column : 1;
  shown.caret_width = std::min(shown.caret_width, room);
}

}  // namespace

SourcePosition position_at(std::string_view source, std::size_t offset) {
  const auto before = source.substr(0, std::min(offset, source.size()));
  const auto newline = before.rfind('\n');
  const auto line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return {.line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
          .column = 1 + count_code_points(before.substr(line_start))};
}

std::string source_excerpt(std::string_view source, SourceSpan span, std::size_t max_columns) {
  span.offset = std::min(span.offset, source.size());
  const auto number = std::to_string(position_at(source, span.offset).line);
  constexpr std::size_t kSmallest = 20;
  auto shown = show_line(source, line_around(source, span.offset), span);
  const auto margin = number.size() + 5;
  fit(shown, std::max(max_columns, margin + kSmallest) - margin);
  auto out = fmt::format("  {} | {}", number, shown.text);
  out += fmt::format("\n  {} | {}^", std::string(number.size(), ' '), std::string(shown.caret_column, ' '));
  out.append(shown.caret_width - 1, '~');
  return out;
}

std::unexpected<Error> fail_in_source(std::string_view name, std::string_view source, SourceSpan span,
                                      const SourceProblem& problem) {
  const auto at = position_at(source, span.offset);
  const auto prefix = name.empty() ? std::string() : fmt::format("{}: ", name);
  const auto advice = problem.advice.empty() ? std::string() : problem.advice + "\n";
  return with_hint(
      fail(Errc::invalid_argument, "{}line {}, column {}: {}", prefix, at.line, at.column, problem.message),
      "{}{}", advice, source_excerpt(source, span));
}

}  // namespace corten::term
