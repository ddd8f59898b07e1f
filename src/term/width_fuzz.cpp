#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/strings.hpp"
#include "term/excerpt.hpp"
#include "term/table.hpp"
#include "term/width.hpp"
#include "term/wrap.hpp"

// Widths of any bytes: clusters cover the text, what is cut fits, what is padded has its width.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace term = corten::term;
  if (size == 0) return 0;
  const std::size_t columns = data[0] % 64;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t width = 0;
  for (auto rest = text; !rest.empty();) {
    const auto cluster = term::next_cluster(rest);
    if (cluster.bytes == 0 || cluster.bytes > rest.size() || cluster.columns > 2) std::abort();
    width += cluster.columns;
    rest.remove_prefix(cluster.bytes);
  }
  if (width != term::display_width(text)) std::abort();
  if (term::display_width(term::truncate_to_width(text, columns)) > columns) std::abort();
  if (!text.empty() &&
      term::display_width(term::pad_to_width(text, 400)) < std::min<std::size_t>(width, 400)) {
    std::abort();
  }
  (void)term::wrap_text(text, {.columns = columns, .indent = columns / 4});
  const auto excerpt = term::source_excerpt(text, {.offset = columns, .length = 3}, 60);
  for (const auto line : corten::split(excerpt, '\n')) {
    if (term::display_width(line) > 60 || corten::printable(line) != line) std::abort();
  }
  term::Table table({"A", "B"});
  table.add_row({std::string(text), "x"});
  const auto rendered = table.render({.max_columns = 30, .tabs = {}});
  for (const auto line : corten::split(rendered, '\n')) {
    if (term::display_width(line) > 30) std::abort();
  }
  return 0;
}
