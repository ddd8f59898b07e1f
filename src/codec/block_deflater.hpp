#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/stream.hpp"

namespace corten::codec {

/// How far back a deflate match may reach (RFC 1951).
inline constexpr std::size_t kDeflateHistoryBytes = std::size_t{32} * 1024;

/// Makes a piece of a raw deflate stream (RFC 1951) that can be joined with the pieces before and after it.
/// The same arguments give the same bytes, whatever the object did before.
class BlockDeflater {
 public:
  enum class End : std::uint8_t {
    flushed,  ///< Ends at a byte boundary with an empty stored block (a "sync flush"): more follows.
    final,    ///< Ends the stream.
  };

  virtual ~BlockDeflater() = default;

  /// Compresses `data`; matches may reach into `history`, the at most 32 KiB that came before it in the
  /// stream. Puts the piece at the front of `out`, which grows where needed; how many bytes it has.
  virtual Result<std::size_t> deflate(Bytes history, Bytes data, End end, std::vector<std::uint8_t>& out) = 0;
};

/// Levels 1 to 3.
std::unique_ptr<BlockDeflater> create_isal_deflater(int level);
/// Levels 1 to 9.
std::unique_ptr<BlockDeflater> create_zlib_deflater(int level);

/// The CRC-32 of gzip, with the processor's carry-less multiplication.
std::uint32_t fast_crc32(Bytes bytes);

}  // namespace corten::codec
