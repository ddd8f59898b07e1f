#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/stream.hpp"

namespace corten::codec {

/// The compressed side of a decoder: a buffer in front of a Source that knows how far the decoder has come.
class CompressedInput {
 public:
  /// How far unread() can go back, also across a fill().
  static constexpr std::size_t kUnreadBytes = 8;

  /// `format` names the stream in errors; text that lives forever.
  CompressedInput(Source& source, std::string_view format);

  /// What is buffered and not consumed.
  Bytes available() const { return {buffer_.get() + begin_, end_ - begin_}; }

  /// Makes available() hold at least `size` bytes (at most 64 KiB) unless the stream ends before.
  Result<Bytes> require(std::size_t size);

  void consume(std::size_t size);
  /// Gives back bytes consumed before: at most kUnreadBytes, and no more than were consumed.
  void unread(std::size_t size);

  /// Compressed bytes consumed so far: the place that error messages name.
  std::uint64_t position() const { return base_ + begin_; }

  /// A failure at the present place: "gzip: at compressed byte 123: …".
  template <typename... Args>
  [[nodiscard]] std::unexpected<Error> fail_here(Errc kind, fmt::format_string<Args...> format,
                                                 Args&&... args) const {
    return frame_here(make_error(kind, 0, format, fmt::make_format_args(args...)));
  }

 private:
  std::unexpected<Error> frame_here(Error error) const;

  Source& source_;
  std::string_view format_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t begin_ = kUnreadBytes;
  std::size_t end_ = kUnreadBytes;
  // The stream position of buffer_[0]; wraps below zero at the start, where position() makes up for it.
  std::uint64_t base_ = std::uint64_t{0} - kUnreadBytes;
  bool ended_ = false;
};

}  // namespace corten::codec
