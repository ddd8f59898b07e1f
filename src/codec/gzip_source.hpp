#pragma once

#include <cstdint>
#include <memory>

#include "base/stream.hpp"
#include "codec/decoder_source.hpp"
#include "codec/inflater.hpp"

namespace corten::codec {

struct GzipSourceOptions {
  InflateEngine engine = InflateEngine::isal;
  /// More than this fails with failed_precondition: a bomb is stopped before its bytes are handed out.
  std::uint64_t max_decompressed_bytes = kNoSizeCap;
};

/// Reads gzip (RFC 1952): one member or several in a row, whose contents are joined; optional header fields
/// are checked and skipped; the CRC-32 and length of each member are checked before the read() that follows
/// its last bytes returns.
///
/// Damage, a missing end and garbage after the last member are data_loss, with the compressed position. Zero
/// bytes up to the end after the last member are accepted, as GNU gzip accepts them: archives copied from
/// block devices carry them. (Go's reader refuses them, so nobody's layers depend on either.)
///
/// `source` must outlive it. About 350 KiB, and 256 KiB more if read in pieces below 64 KiB.
class GzipSource : public DecoderSource {
 public:
  explicit GzipSource(Source& source, const GzipSourceOptions& options = {});

 private:
  enum class State : std::uint8_t { first_header, body, after_member, ended };

  Result<std::size_t> decode(MutableBytes buffer) override;
  Result<std::size_t> decode_body(MutableBytes buffer);
  Result<> read_trailer();
  Result<> find_next_member();
  Result<> skip_zero_padding();
  Result<> begin_member();

  std::unique_ptr<Inflater> inflater_;
  State state_ = State::first_header;
  std::uint32_t member_crc_ = 0;
  std::uint32_t member_size_ = 0;  // modulo 2^32, as the trailer has it
};

}  // namespace corten::codec
