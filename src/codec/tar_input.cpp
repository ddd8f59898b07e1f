#include "codec/tar_input.hpp"

#include <algorithm>
#include <cstring>

#include "codec/tar_header.hpp"

namespace corten::codec::detail {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{128} * 1024;
// Shorter reads are cheaper out of the window: it saves calls of the source.
constexpr std::size_t kDirectReadBytes = std::size_t{32} * 1024;

}  // namespace

TarInput::TarInput(Source& source, SkippableSource* skippable)
    : source_(source),
      skippable_(skippable),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kWindowBytes)) {}

Result<Bytes> TarInput::take_block() {
  while (available() < kTarBlockBytes) {
    const auto size = TRY(fill());
    if (size == 0) return take(available());
  }
  return take(kTarBlockBytes);
}

Result<Bytes> TarInput::take_some(std::uint64_t max) {
  if (available() == 0 && max > 0) TRY(fill());
  return take(static_cast<std::size_t>(std::min<std::uint64_t>(max, available())));
}

Result<std::uint64_t> TarInput::skip_some(std::uint64_t max) {
  // Shorter stretches are cheaper read: what follows them is needed soon.
  if (skippable_ == nullptr || available() > 0 || max < kWindowBytes) {
    const auto bytes = TRY(take_some(max));
    return bytes.size();
  }
  const auto size = TRY(skippable_->skip(max));
  offset_ += size;
  return size;
}

Result<std::size_t> TarInput::read(MutableBytes buffer) {
  if (available() == 0 && buffer.size() >= kDirectReadBytes) {
    const auto size = TRY(source_.read(buffer));
    offset_ += size;
    return size;
  }
  const auto bytes = TRY(take_some(buffer.size()));
  std::ranges::copy(bytes, buffer.begin());
  return bytes.size();
}

Result<std::size_t> TarInput::fill() {
  std::memmove(buffer_.get(), buffer_.get() + begin_, available());
  end_ -= begin_;
  begin_ = 0;
  const auto size = TRY(source_.read({buffer_.get() + end_, kWindowBytes - end_}));
  end_ += size;
  return size;
}

Bytes TarInput::take(std::size_t size) {
  const Bytes bytes{buffer_.get() + begin_, size};
  begin_ += size;
  offset_ += size;
  return bytes;
}

}  // namespace corten::codec::detail
