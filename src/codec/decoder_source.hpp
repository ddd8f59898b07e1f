#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "base/stream.hpp"
#include "codec/compressed_input.hpp"
#include "codec/sticky_error.hpp"

namespace corten::codec {

/// No cap on what a decoder gives. For input whose size somebody else bounds.
inline constexpr std::uint64_t kNoSizeCap = std::numeric_limits<std::uint64_t>::max();

/// What all decompressing Sources share: buffering of small reads, the cap on the decompressed size, errors
/// that name the format and the place ("gzip: at compressed byte 123: …") and are repeated by later calls.
class DecoderSource : public Source {
 public:
  Result<std::size_t> read(MutableBytes buffer) final;

  std::uint64_t compressed_bytes() const { return input_.position(); }
  std::uint64_t decompressed_bytes() const { return decompressed_bytes_; }

 protected:
  DecoderSource(Source& source, std::string_view format, std::uint64_t max_decompressed_bytes);

  /// As Source::read, into a buffer that is never empty.
  virtual Result<std::size_t> decode(MutableBytes buffer) = 0;

  CompressedInput& input() { return input_; }
  const CompressedInput& input() const { return input_; }

 private:
  Result<std::size_t> read_buffered(MutableBytes buffer);
  Result<std::size_t> decode_capped(MutableBytes buffer);

  CompressedInput input_;
  std::uint64_t max_decompressed_bytes_;
  std::uint64_t decompressed_bytes_ = 0;  // made, and perhaps still in pending_
  std::unique_ptr<std::uint8_t[]> pending_;
  std::size_t pending_begin_ = 0;
  std::size_t pending_end_ = 0;
  StickyError error_;
};

}  // namespace corten::codec
