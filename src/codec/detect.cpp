#include "codec/detect.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "codec/gzip_source.hpp"
#include "codec/magic.hpp"
#include "codec/zstd_source.hpp"

namespace corten::codec {

namespace {

bool starts_with(Bytes start, std::string_view magic) {
  return start.size() >= magic.size() && std::ranges::equal(start.first(magic.size()), as_bytes(magic));
}

// "BZh" and a digit could begin a text: the signature of the first block, or of an empty stream, must follow.
bool starts_bzip2(Bytes start) {
  if (start.size() < 10 || !starts_with(start, "BZh") || start[3] < '1' || start[3] > '9') return false;
  const auto block = start.subspan(4);
  return starts_with(block, "\x31\x41\x59\x26\x53\x59") || starts_with(block, "\x17\x72\x45\x38\x50\x90");
}

// Lets content that is not compressed pass, up to a cap, and owns what stands before it.
class PlainSource : public Source {
 public:
  PlainSource(std::unique_ptr<PeekSource> inner, std::uint64_t max_bytes)
      : inner_(std::move(inner)), left_(max_bytes), max_bytes_(max_bytes) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (error_.failed()) return error_.repeat();
    return error_.keep(read_capped(buffer));
  }

 private:
  Result<std::size_t> read_capped(MutableBytes buffer) {
    if (left_ < buffer.size()) buffer = buffer.first(static_cast<std::size_t>(left_) + 1);
    const auto size = TRY(inner_->read(buffer));
    if (size > left_) {
      return fail(Errc::failed_precondition, "more than {} bytes, the cap for this stream", max_bytes_);
    }
    left_ -= size;
    return size;
  }

  std::unique_ptr<PeekSource> inner_;
  std::uint64_t left_;
  std::uint64_t max_bytes_;
  StickyError error_;
};

// Keeps the peeked bytes alive for as long as their decoder.
template <typename Decoder>
class OwningDecoder : public Source {
 public:
  template <typename Options>
  OwningDecoder(std::unique_ptr<PeekSource> inner, const Options& options)
      : inner_(std::move(inner)), decoder_(*inner_, options) {}

  Result<std::size_t> read(MutableBytes buffer) override { return decoder_.read(buffer); }

 private:
  std::unique_ptr<PeekSource> inner_;
  Decoder decoder_;
};

}  // namespace

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::bzip2:
      return "bzip2";
    case Compression::xz:
      return "xz";
    case Compression::lz4:
      return "lz4";
  }
  return "none";
}

Compression detect_compression(Bytes start) {
  if (starts_gzip_member(start)) return Compression::gzip;
  if (starts_zstd_frame(start)) return Compression::zstd;
  if (starts_bzip2(start)) return Compression::bzip2;
  if (starts_with(start, std::string_view("\xfd\x37\x7a\x58\x5a\x00", 6))) return Compression::xz;
  if (starts_with(start, "\x04\x22\x4d\x18")) return Compression::lz4;
  return Compression::none;
}

Result<Bytes> PeekSource::peek(std::size_t size) {
  CORTEN_CHECK(size <= kMaxPeekBytes, "peeks only at the start");
  if (begin_ > 0) {
    std::copy(buffer_.begin() + begin_, buffer_.begin() + end_, buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < size) end_ += TRY(read_full(inner_, MutableBytes(buffer_).first(size).subspan(end_)));
  return Bytes(buffer_).first(std::min(size, end_));
}

Result<std::size_t> PeekSource::read(MutableBytes buffer) {
  if (begin_ == end_) return inner_.read(buffer);
  const auto size = std::min(buffer.size(), end_ - begin_);
  std::copy_n(buffer_.begin() + begin_, size, buffer.begin());
  begin_ += size;
  return size;
}

Result<Decompressed> open_decompressed(Source& source, const DecompressOptions& options) {
  auto peek = std::make_unique<PeekSource>(source);
  const auto start = TRY(peek->peek(kDetectBytes));
  Decompressed result{.compression = detect_compression(start), .source = nullptr};
  const auto cap = options.max_decompressed_bytes;
  switch (result.compression) {
    case Compression::none:
      result.source = std::make_unique<PlainSource>(std::move(peek), cap);
      break;
    case Compression::gzip:
      result.source = std::make_unique<OwningDecoder<GzipSource>>(
          std::move(peek), GzipSourceOptions{.engine = options.gzip_engine, .max_decompressed_bytes = cap});
      break;
    case Compression::zstd:
      result.source = std::make_unique<OwningDecoder<ZstdSource>>(
          std::move(peek),
          ZstdSourceOptions{.max_decompressed_bytes = cap, .max_window_log = options.zstd_max_window_log});
      break;
    default:
      return fail(Errc::unsupported, "{}-compressed content is not supported here, only gzip and zstd",
                  to_string(result.compression));
  }
  return result;
}

}  // namespace corten::codec
