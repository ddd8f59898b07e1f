#pragma once

#include <cstdint>
#include <memory>

#include "base/stream.hpp"
#include "codec/decoder_source.hpp"

namespace corten::codec {

struct ZstdSourceOptions {
  /// More than this fails with failed_precondition: a bomb is stopped before its bytes are handed out.
  std::uint64_t max_decompressed_bytes = kNoSizeCap;
  /// Frames that need a larger window (2^n bytes of memory, 10 to 31) are refused as unsupported. 27 is the
  /// limit of the zstd tool without --long and what its levels up to 22 need.
  int max_window_log = 27;
};

/// Reads zstd (RFC 8878): one frame or several in a row, whose contents are joined; skippable frames are
/// skipped; checksums are verified where a frame has one. Frames of zstd before 0.8 are refused. Damage, a
/// missing end and garbage after the last frame are data_loss, with the compressed position (that of the
/// block, for damage inside).
///
/// `source` must outlive it. Memory: the window of the frame and about 400 KiB.
class ZstdSource : public DecoderSource {
 public:
  explicit ZstdSource(Source& source, const ZstdSourceOptions& options = {});
  ~ZstdSource() override;

 private:
  struct Context;

  Result<std::size_t> decode(MutableBytes buffer) override;
  Result<bool> begin_frame();
  std::unexpected<Error> explain(std::size_t code) const;

  std::unique_ptr<Context> context_;
  int max_window_log_;
  std::size_t wanted_ = 0;  // bytes that bring the library to the end of a header or block
  bool in_frame_ = false;
  bool any_frame_ = false;
};

}  // namespace corten::codec
