#include "codec/tar_sparse.hpp"

#include "codec/pax.hpp"
#include "codec/tar_header.hpp"

namespace corten::codec::detail {
namespace {

constexpr std::size_t kMaxDigits = 20;  // of a 64-bit number

std::unexpected<Error> too_many(const TarLimits& limits) {
  return fail(Errc::invalid_argument, "more than {} sparse segments, the limit", limits.sparse_segments);
}

}  // namespace

Result<> append_gnu_segments(std::string_view field, const TarLimits& limits, std::vector<TarSegment>& map) {
  for (; field.size() >= kTarSegmentBytes; field.remove_prefix(kTarSegmentBytes)) {
    if (field[0] == '\0') break;
    const auto half = kTarSegmentBytes / 2;
    const auto offset = TRY(parse_tar_number(field.substr(0, half), "offset of a sparse segment"));
    const auto length = TRY(parse_tar_number(field.substr(half, half), "length of a sparse segment"));
    if (offset < 0 || length < 0) return fail(Errc::data_loss, "a sparse segment with a negative number");
    if (map.size() >= limits.sparse_segments) return too_many(limits);
    map.push_back(
        {.offset = static_cast<std::uint64_t>(offset), .length = static_cast<std::uint64_t>(length)});
  }
  return {};
}

Result<bool> SparseMapParser::take_block(std::string_view block) {
  for (const char c : block) {
    if (c != '\n') {
      digits_ += c;
      if (digits_.size() > kMaxDigits) return fail(Errc::data_loss, "sparse map: a line is too long");
      continue;
    }
    const auto number = TRY(parse_pax_number(digits_, "sparse map"));
    digits_.clear();
    TRY(take_number(number));
    if (complete()) return true;
  }
  return false;
}

Result<> SparseMapParser::take_number(std::uint64_t number) {
  if (!has_count_) {
    if (number > limits_.sparse_segments) return too_many(limits_);
    has_count_ = true;
    count_ = number;
  } else if (!has_offset_) {
    has_offset_ = true;
    offset_ = number;
  } else {
    has_offset_ = false;
    map_.push_back({.offset = offset_, .length = number});
  }
  return {};
}

Result<std::vector<TarSegment>> normalise_segments(const std::vector<TarSegment>& map, std::uint64_t size,
                                                   std::uint64_t stored) {
  std::vector<TarSegment> out;
  std::uint64_t end = 0;
  std::uint64_t sum = 0;
  for (const auto& [offset, length] : map) {
    if (offset < end) {
      return fail(Errc::data_loss, "sparse segment at {} starts before the end of the one before, {}", offset,
                  end);
    }
    if (offset > size || length > size - offset) {
      return fail(Errc::data_loss, "sparse segment of {} bytes at {} reaches beyond the file's {}", length,
                  offset, size);
    }
    end = offset + length;
    sum += length;  // no overflow: segments do not overlap and end within `size`
    if (length == 0) continue;
    if (!out.empty() && out.back().offset + out.back().length == offset) {
      out.back().length += length;
    } else {
      out.push_back({.offset = offset, .length = length});
    }
  }
  if (sum != stored) {
    return fail(Errc::data_loss, "sparse segments of {} bytes in all, but {} are stored", sum, stored);
  }
  return out;
}

std::string format_sparse_map(const std::vector<TarSegment>& map, std::uint64_t size) {
  const bool ends_with_hole = map.empty() ? size > 0 : map.back().offset + map.back().length < size;
  std::string text = fmt::format("{}\n", map.size() + (ends_with_hole ? 1 : 0));
  for (const auto& segment : map) {
    fmt::format_to(std::back_inserter(text), "{}\n{}\n", segment.offset, segment.length);
  }
  if (ends_with_hole) fmt::format_to(std::back_inserter(text), "{}\n0\n", size);
  text.resize((text.size() + kTarBlockBytes - 1) / kTarBlockBytes * kTarBlockBytes, '\0');
  return text;
}

}  // namespace corten::codec::detail
