#include "http/range.hpp"

#include "base/strings.hpp"

namespace corten::http {

std::string to_string(const ByteRange& range) {
  return fmt::format("bytes={}-{}", range.first, range.last ? std::to_string(*range.last) : "");
}

Result<ContentRange> parse_content_range(std::string_view text) {
  const auto bad = [&] {
    return fail(Errc::data_loss, "Content-Range '{}' is not of the form 'bytes FIRST-LAST/TOTAL'",
                printable(text.substr(0, 64)));
  };
  constexpr std::string_view kUnit = "bytes ";
  if (text.size() < kUnit.size() || !equal_ignoring_case(text.substr(0, kUnit.size()), kUnit)) return bad();
  const auto parts = cut(trim(text.substr(kUnit.size())), '/');
  const auto ends = parts ? cut(parts->before, '-') : std::nullopt;
  if (!ends) return bad();
  const auto first = parse_uint64(ends->before, "first");
  const auto last = parse_uint64(ends->after, "last");
  if (!first || !last || *last < *first) return bad();
  ContentRange range{.first = *first, .last = *last};
  if (parts->after == "*") return range;
  const auto total = parse_uint64(parts->after, "total");
  if (!total || *last >= *total) return bad();
  range.total_bytes = *total;
  return range;
}

}  // namespace corten::http
