#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "codec/tar_entry.hpp"

/// Maps of sparse files in the forms that archives hold them. For the tar reader and writer.
namespace corten::codec::detail {

/// Appends the segments of an old GNU header or extension block: pairs of 12-byte numbers, ended by an unused
/// pair.
Result<> append_gnu_segments(std::string_view field, const TarLimits& limits, std::vector<TarSegment>& map);

/// Reads the map of GNU.sparse 1.0 from the blocks at the start of a body: lines with the number of segments,
/// then offset and length of each, padded to a whole block.
class SparseMapParser {
 public:
  explicit SparseMapParser(const TarLimits& limits) : limits_(limits) {}

  /// Takes the next block; true once the map is complete.
  Result<bool> take_block(std::string_view block);
  std::vector<TarSegment> take_map() { return std::move(map_); }

 private:
  Result<> take_number(std::uint64_t number);
  bool complete() const { return has_count_ && map_.size() == count_ && !has_offset_; }

  const TarLimits& limits_;
  std::string digits_;
  std::vector<TarSegment> map_;
  std::uint64_t count_ = 0;
  std::uint64_t offset_ = 0;
  bool has_count_ = false;
  bool has_offset_ = false;
};

/// The same map as TarEntry::sparse wants it: ascending, without empty segments, touching ones joined.
/// Fails with data_loss if segments overlap, reach beyond `size`, or do not add up to `stored` bytes.
Result<std::vector<TarSegment>> normalise_segments(const std::vector<TarSegment>& map, std::uint64_t size,
                                                   std::uint64_t stored);

/// The map of GNU.sparse 1.0, padded to whole blocks. A hole at the end becomes a last, empty segment: GNU
/// tar extends the file only where a segment says so.
std::string format_sparse_map(const std::vector<TarSegment>& map, std::uint64_t size);

}  // namespace corten::codec::detail
