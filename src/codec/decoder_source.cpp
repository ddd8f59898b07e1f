#include "codec/decoder_source.hpp"

#include <algorithm>

namespace corten::codec {

namespace {
// Both inflate engines copy up to 32 KiB of history at each call, so a small buffer (a tar header of 512
// bytes) is served from a large one, which still fits the processor's second-level cache.
constexpr std::size_t kDirectBytes = std::size_t{64} * 1024;
constexpr std::size_t kPendingBytes = std::size_t{256} * 1024;
}  // namespace

DecoderSource::DecoderSource(Source& source, std::string_view format, std::uint64_t max_decompressed_bytes)
    : input_(source, format), max_decompressed_bytes_(max_decompressed_bytes) {}

Result<std::size_t> DecoderSource::read(MutableBytes buffer) {
  if (buffer.empty()) return 0;
  if (pending_begin_ < pending_end_) return read_buffered(buffer);
  if (error_.failed()) return error_.repeat();
  if (buffer.size() >= kDirectBytes) return error_.keep(decode_capped(buffer));

  if (!pending_) pending_ = std::make_unique_for_overwrite<std::uint8_t[]>(kPendingBytes);
  pending_begin_ = pending_end_ = 0;  // so it stays after a failure
  pending_end_ = TRY(error_.keep(decode_capped({pending_.get(), kPendingBytes})));
  return read_buffered(buffer);
}

Result<std::size_t> DecoderSource::read_buffered(MutableBytes buffer) {
  const auto size = std::min(buffer.size(), pending_end_ - pending_begin_);
  std::copy_n(pending_.get() + pending_begin_, size, buffer.begin());
  pending_begin_ += size;
  return size;
}

Result<std::size_t> DecoderSource::decode_capped(MutableBytes buffer) {
  // One byte more than allowed may be made, to know a stream that ends at the cap from one that does not.
  const auto left = max_decompressed_bytes_ - decompressed_bytes_;
  if (left < buffer.size()) buffer = buffer.first(static_cast<std::size_t>(left) + 1);
  const auto size = TRY(decode(buffer));
  if (size > left) {
    return input_.fail_here(Errc::failed_precondition,
                            "decompresses to more than {} bytes, the cap for this stream",
                            max_decompressed_bytes_);
  }
  decompressed_bytes_ += size;
  return size;
}

}  // namespace corten::codec
