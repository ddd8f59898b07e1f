#include "codec/compressed_input.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace corten::codec {

namespace {
constexpr std::size_t kCapacity = CompressedInput::kUnreadBytes + std::size_t{256} * 1024;
constexpr std::size_t kMaxRequiredBytes = std::size_t{64} * 1024;
}  // namespace

CompressedInput::CompressedInput(Source& source, std::string_view format)
    : source_(source), format_(format), buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kCapacity)) {}

Result<Bytes> CompressedInput::require(std::size_t size) {
  CORTEN_CHECK(size <= kMaxRequiredBytes, "a header fits the buffer");
  while (end_ - begin_ < size && !ended_) {
    if (begin_ == end_ || kCapacity - begin_ < size) {
      // What is left moves to the front, with the bytes before it that unread() may want back.
      const auto moved = begin_ - kUnreadBytes;
      std::copy(buffer_.get() + moved, buffer_.get() + end_, buffer_.get());
      begin_ -= moved;
      end_ -= moved;
      base_ += moved;
    }
    const auto got = TRY(source_.read({buffer_.get() + end_, kCapacity - end_}));
    ended_ = got == 0;
    end_ += got;
  }
  return available();
}

void CompressedInput::consume(std::size_t size) {
  CORTEN_CHECK(size <= end_ - begin_, "consumes only what is there");
  begin_ += size;
}

void CompressedInput::unread(std::size_t size) {
  CORTEN_CHECK(size <= kUnreadBytes && size <= position(), "gives back only what was consumed");
  begin_ -= size;
}

std::unexpected<Error> CompressedInput::frame_here(Error error) const {
  return with_frame(std::move(error), "{}: at compressed byte {}", format_, position());
}

}  // namespace corten::codec
