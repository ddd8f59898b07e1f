#include "image/layer_stream.hpp"

#include <algorithm>
#include <utility>

namespace corten::image {

LayerStream::LayerStream(content::Ingest& ingest, std::uint64_t size_bytes, OpenRest open_rest,
                         std::stop_token stop)
    : ingest_(ingest),
      size_bytes_(size_bytes),
      resumed_bytes_(ingest.offset()),
      open_rest_(std::move(open_rest)),
      stop_(std::move(stop)) {}

Result<std::size_t> LayerStream::read(MutableBytes buffer) {
  auto size = read_next(buffer);
  if (!size) {
    failed_ = true;
    return size;
  }
  position_ += *size;
  if (told_ && *size > 0) told_(position_);
  return size;
}

Result<std::size_t> LayerStream::read_next(MutableBytes buffer) {
  if (stop_.stop_requested()) return fail(Errc::canceled, "canceled");
  if (position_ < resumed_bytes_) return ingest_.read_at(buffer, position_);
  return read_rest(buffer);
}

Result<std::size_t> LayerStream::read_rest(MutableBytes buffer) {
  const auto left = size_bytes_ - std::min(position_, size_bytes_);
  if (left == 0 && rest_ == nullptr) return 0;
  if (rest_ == nullptr) rest_ = TRY(open_rest_(position_));
  const auto size = TRY(rest_->read(buffer));
  if (size > left) {
    return fail(Errc::data_loss, "the blob is longer than the {} bytes of its descriptor", size_bytes_);
  }
  if (size == 0 && left > 0) {
    return fail(Errc::data_loss, "the blob ends after {} of {} bytes", position_, size_bytes_);
  }
  TRY(ingest_.write(buffer.first(size)));
  return size;
}

}  // namespace corten::image
