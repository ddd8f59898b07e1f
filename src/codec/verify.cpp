#include "codec/verify.hpp"

#include <algorithm>
#include <array>

namespace corten::codec {

Result<std::size_t> VerifyingSource::read(MutableBytes buffer) {
  if (error_.failed()) return error_.repeat();
  if (verified_ || buffer.empty()) return 0;
  return error_.keep(read_more(buffer));
}

Result<std::size_t> VerifyingSource::read_more(MutableBytes buffer) {
  if (expected_.size_bytes) {
    const auto left = *expected_.size_bytes - size_bytes_;
    buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
  }
  std::size_t size = 0;
  if (!buffer.empty()) size = TRY(inner_.read(buffer));
  hasher_.update(buffer.first(size));
  size_bytes_ += size;

  if (!expected_.size_bytes) {
    if (size == 0) TRY(check_hash());
  } else if (size_bytes_ == *expected_.size_bytes) {
    TRY(expect_end());
    TRY(check_hash());
  } else if (size == 0) {
    return fail(Errc::data_loss, "ends after {} bytes, expected {} bytes with {}", size_bytes_,
                *expected_.size_bytes, to_string(expected_.hash));
  }
  return size;
}

Result<> VerifyingSource::expect_end() {
  std::array<std::uint8_t, 1> probe{};
  const auto size = TRY(inner_.read(probe));
  if (size == 0) return {};
  return fail(Errc::data_loss, "is longer than the expected {} bytes with {}", *expected_.size_bytes,
              to_string(expected_.hash));
}

Result<> VerifyingSource::check_hash() {
  const auto found = hasher_.finish();
  if (found != expected_.hash) {
    return fail(Errc::data_loss, "expected {}, found {} in {} bytes", to_string(expected_.hash),
                to_string(found), size_bytes_);
  }
  verified_ = true;
  return {};
}

}  // namespace corten::codec
