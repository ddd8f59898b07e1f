#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "codec/tar_entry.hpp"
#include "codec/tar_writer.hpp"

/// From an entry to the blocks before its body. For the tar writer.
namespace corten::codec::detail {

struct EncodedHeader {
  std::string blocks;  ///< Whole blocks: pax header, header, map of a GNU sparse file.
  /// Of a sparse file to be expanded: where the body's bytes go. Empty for others.
  std::vector<TarSegment> holes_around;
  bool expand = false;
};

/// Fails with invalid_argument on an entry that no archive can hold, or that the reader would not take.
Result<EncodedHeader> encode_tar_header(const TarEntry& entry, const TarWriterOptions& options);

}  // namespace corten::codec::detail
