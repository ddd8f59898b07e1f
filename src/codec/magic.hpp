#pragma once

#include "base/stream.hpp"

/// The first bytes of the formats we decode.
namespace corten::codec {

inline constexpr std::size_t kGzipMagicBytes = 2;
inline constexpr std::uint8_t kGzipMagic0 = 0x1f;  // RFC 1952, section 2.3.1
inline constexpr std::uint8_t kGzipMagic1 = 0x8b;

inline bool starts_gzip_member(Bytes start) {
  return start.size() >= kGzipMagicBytes && start[0] == kGzipMagic0 && start[1] == kGzipMagic1;
}

inline constexpr std::size_t kZstdMagicBytes = 4;

/// A zstd frame or a skippable one (RFC 8878, sections 3.1.1 and 3.1.2; stored little-endian).
inline bool starts_zstd_frame(Bytes start) {
  if (start.size() < kZstdMagicBytes) return false;
  const auto magic = std::uint32_t{start[0]} | std::uint32_t{start[1]} << 8U |
                     std::uint32_t{start[2]} << 16U | std::uint32_t{start[3]} << 24U;
  constexpr std::uint32_t kFrame = 0xfd2fb528;
  constexpr std::uint32_t kSkippable = 0x184d2a50;  // to …5f
  return magic == kFrame || (magic & 0xfffffff0U) == kSkippable;
}

}  // namespace corten::codec
