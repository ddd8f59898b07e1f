#include "term/wrap.hpp"

#include "base/strings.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

bool is_example(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

std::string_view without_trailing_space(std::string_view line) {
  const auto last = line.find_last_not_of(" \t\r");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

void wrap_paragraph(std::string& out, std::string_view line, const WrapOptions& options) {
  std::size_t column = options.first_indent;
  out.append(column, ' ');
  bool at_start = true;
  for (const auto word : split(line, ' ')) {
    if (word.empty()) continue;
    const auto width = display_width(word);
    if (!at_start && column + 1 + width > options.columns) {
      out += '\n';
      out.append(options.indent, ' ');
      column = options.indent;
      at_start = true;
    }
    if (!at_start) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    at_start = false;
  }
}

}  // namespace

std::string wrap_text(std::string_view text, const WrapOptions& options) {
  std::string out;
  bool first = true;
  for (const auto full_line : split(text, '\n')) {
    if (!first) out += '\n';
    first = false;
    const auto line = without_trailing_space(full_line);
    if (line.empty()) continue;
    if (is_example(line)) {
      out.append(options.indent, ' ');
      out += line;
    } else {
      wrap_paragraph(out, line, options);
    }
  }
  return out;
}

}  // namespace corten::term
