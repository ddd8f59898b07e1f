#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/stream.hpp"
#include "codec/decoder_source.hpp"
#include "codec/inflater.hpp"

namespace corten::codec {

/// What a stream is compressed with, by its first bytes. We decode gzip and zstd; the others are known so
/// that errors can name them.
enum class Compression : std::uint8_t { none, gzip, zstd, bzip2, xz, lz4 };

/// "gzip"; "none" for none.
std::string_view to_string(Compression compression);

/// So many first bytes tell all formats apart; a stream may have fewer.
inline constexpr std::size_t kDetectBytes = 10;
Compression detect_compression(Bytes start);

/// A Source whose first bytes can be looked at before they are read. `inner` must outlive it.
class PeekSource : public Source {
 public:
  static constexpr std::size_t kMaxPeekBytes = 512;

  explicit PeekSource(Source& inner) : inner_(inner) {}

  /// The next `size` bytes (at most kMaxPeekBytes), fewer only if the stream ends before. They stay to be
  /// read; the view is valid until the next call.
  Result<Bytes> peek(std::size_t size);
  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  Source& inner_;
  std::array<std::uint8_t, kMaxPeekBytes> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

struct DecompressOptions {
  /// Applies to streams that are not compressed, too.
  std::uint64_t max_decompressed_bytes = kNoSizeCap;
  InflateEngine gzip_engine = InflateEngine::isal;
  int zstd_max_window_log = 27;
};

struct Decompressed {
  Compression compression;
  std::unique_ptr<Source> source;
};

/// The plain content of `source` and what it was compressed with, found from the first bytes; content that is
/// not compressed passes through. `unsupported` for formats we only know by name. `source` must outlive the
/// result.
Result<Decompressed> open_decompressed(Source& source, const DecompressOptions& options = {});

}  // namespace corten::codec
