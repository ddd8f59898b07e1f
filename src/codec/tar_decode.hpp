#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "codec/tar_entry.hpp"
#include "codec/tar_header.hpp"
#include "codec/tar_pax.hpp"

/// From a header block and the extension headers before it to an entry. For the tar reader.
namespace corten::codec::detail {

/// What stood before an entry's own header.
struct TarExtensions {
  PaxFields pax;                              ///< Starts as the fields of the global headers.
  std::optional<std::string> long_name = {};  ///< GNU's type L.
  std::optional<std::string> long_link = {};  ///< GNU's type K.
};

/// Where the map of a sparse file is.
enum class SparseMapPlace : std::uint8_t { none, pax_header, body, gnu_header };

struct DecodedHeader {
  TarEntry entry;  ///< Without `sparse`.
  /// What follows the header and its extension blocks, the map of `SparseMapPlace::body` included.
  std::uint64_t body_bytes = 0;
  SparseMapPlace map_place = SparseMapPlace::none;
  std::vector<TarSegment> map;     ///< As found so far, not yet checked.
  bool gnu_map_continues = false;  ///< An extension block follows with more of it.
};

/// The entry's name; never empty. Fails with data_loss if two extension headers give one.
Result<std::string> decode_tar_name(const TarHeaderView& header, const TarExtensions& extensions);

/// Everything else. Fails with data_loss on malformed fields, with `unsupported` on types that no file on
/// Linux has.
Result<DecodedHeader> decode_tar_header(const TarHeaderView& header, TarExtensions extensions,
                                        std::string name, const TarLimits& limits);

}  // namespace corten::codec::detail
