#pragma once

#include "codec/compressed_input.hpp"

namespace corten::codec {

inline constexpr std::uint8_t kGzipMethodDeflate = 8;

/// Consumes one member header (RFC 1952, section 2.3) and checks it, with its optional CRC. Name, comment and
/// extra field are skipped in constant memory, however long. After a failure `input` stands at the byte that
/// the message is about.
Result<> skip_gzip_header(CompressedInput& input);

}  // namespace corten::codec
