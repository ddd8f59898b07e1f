#include "codec/tar_body.hpp"

#include <algorithm>

#include "codec/tar_header.hpp"

namespace corten::codec::detail {

void TarBody::start(std::uint64_t bytes) {
  left_ = bytes;
  padding_ = (kTarBlockBytes - bytes % kTarBlockBytes) % kTarBlockBytes;
  start_content(bytes, std::nullopt);
}

void TarBody::start_content(std::uint64_t size, const std::optional<std::vector<TarSegment>>& segments) {
  content_at_ = 0;
  content_size_ = size;
  segments_ = segments;
  segment_ = 0;
}

Result<std::size_t> TarBody::read(MutableBytes buffer) {
  const auto max = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
  if (max == 0) return 0;
  const auto size = TRY(input_.read(buffer.first(max)));
  if (size == 0) return truncated();
  left_ -= size;
  return size;
}

Result<std::size_t> TarBody::read_content(MutableBytes buffer) {
  if (!segments_) return read(buffer);
  const auto fit = [&buffer](std::uint64_t bytes) {
    return buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes)));
  };
  while (segment_ < segments_->size() &&
         (*segments_)[segment_].offset + (*segments_)[segment_].length <= content_at_) {
    ++segment_;
  }
  const bool in_last_hole = segment_ == segments_->size();
  const auto data_start = in_last_hole ? content_size_ : (*segments_)[segment_].offset;
  if (content_at_ < data_start || in_last_hole) {
    const auto zeros = fit(data_start - content_at_);
    std::ranges::fill(zeros, std::uint8_t{0});
    content_at_ += zeros.size();
    return zeros.size();
  }
  const auto size = TRY(read(fit(data_start + (*segments_)[segment_].length - content_at_)));
  content_at_ += size;
  return size;
}

Result<Bytes> TarBody::take_some(std::uint64_t max) {
  const auto wanted = std::min(max, left_);
  if (wanted == 0) return Bytes{};
  const auto bytes = TRY(input_.take_some(wanted));
  if (bytes.empty()) return truncated();
  left_ -= bytes.size();
  return bytes;
}

Result<Bytes> TarBody::take_block() {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kTarBlockBytes, left_));
  // The padding makes every body a number of whole blocks.
  const auto block = TRY(input_.take_block());
  if (block.size() < wanted) return truncated();
  left_ -= wanted;
  if (left_ == 0) padding_ = 0;
  return block.first(wanted);
}

Result<> TarBody::skip() {
  while (left_ > 0) {
    const auto size = TRY(input_.skip_some(left_));
    if (size == 0) return truncated();
    left_ -= size;
  }
  while (padding_ > 0) {
    const auto bytes = TRY(input_.take_some(padding_));
    if (bytes.empty()) break;
    padding_ -= bytes.size();
  }
  padding_ = 0;
  return {};
}

std::unexpected<Error> TarBody::truncated() const {
  return fail(Errc::data_loss, "truncated: {} bytes of the body are missing", left_);
}

}  // namespace corten::codec::detail
