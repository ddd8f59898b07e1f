#include "registry/piece_source.hpp"

#include <algorithm>

namespace corten::registry {

Result<std::size_t> PieceSource::read(MutableBytes buffer) {
  if (failure_) return std::unexpected(failure_->clone());
  if (rest_bytes_ == 0 || buffer.empty()) return 0;
  const auto room = std::min<std::uint64_t>(buffer.size(), rest_bytes_);
  auto size = inner_->read(buffer.first(static_cast<std::size_t>(room)));
  if (size && *size == 0) {
    size = fail(Errc::data_loss, "the local blob ends {} bytes too early", rest_bytes_);
  }
  if (!size) {
    failure_ = size.error().clone();
    return size;
  }
  rest_bytes_ -= *size;
  on_read_(*size);
  return size;
}

}  // namespace corten::registry
