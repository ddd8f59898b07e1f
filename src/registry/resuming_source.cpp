#include "registry/resuming_source.hpp"

#include <algorithm>
#include <array>

namespace corten::registry {

Result<std::size_t> ResumingSource::read(MutableBytes buffer) {
  if (failure_) return std::unexpected(failure_->clone());
  if (buffer.empty()) return 0;
  auto size = read_some(buffer);
  if (!size) {
    inner_.reset();
    failure_ = size.error().clone();
  }
  return size;
}

Result<std::size_t> ResumingSource::read_some(MutableBytes buffer) {
  if (position_ == end_) {
    TRY(expect_end());
    return 0;
  }
  const auto left = std::min<std::uint64_t>(buffer.size(), end_ - position_);
  while (true) {
    if (inner_ == nullptr) inner_ = TRY(open_(position_));
    auto size = inner_->read(buffer.first(static_cast<std::size_t>(left)));
    if (size && *size > 0) {
      position_ += *size;
      retries_.reset();
      return *size;
    }
    // A server that says that this is all may only have been cut off itself.
    const bool short_body = size.has_value();
    auto error = short_body ? Error(Errc::unavailable,
                                    fmt::format("the blob ended after {} of {} bytes", position_, end_))
                            : std::move(size).error();
    inner_.reset();
    const bool again = TRY(retries_.again(error));
    if (again) continue;
    if (short_body) error.set_kind(Errc::data_loss);
    return std::unexpected(std::move(error));
  }
}

// One look behind the last byte: a longer blob is not the one that was asked for, and a body that was read
// to its end leaves a connection that serves the next request.
Result<> ResumingSource::expect_end() {
  if (inner_ == nullptr) return {};
  std::array<std::uint8_t, 1> more{};
  const auto size = inner_->read(more);
  inner_.reset();
  if (size && *size > 0) {
    return fail(Errc::data_loss, "the blob is longer than the {} bytes that were expected", end_);
  }
  return {};
}

}  // namespace corten::registry
