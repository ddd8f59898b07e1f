#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/stream.hpp"
#include "codec/tar_reader.hpp"

namespace corten::codec::detail {

/// A Source with a window of 128 KiB, so that headers are parsed where they lie, and a count of what was
/// taken. Large reads go from the source straight to the caller.
class TarInput {
 public:
  /// `skippable`: the same source, if it can skip, or nullptr.
  TarInput(Source& source, SkippableSource* skippable);

  /// Bytes taken so far: the offset of the next one in the archive.
  std::uint64_t offset() const { return offset_; }

  /// The next 512 bytes, valid until the next call; fewer only at the end of the stream.
  Result<Bytes> take_block();

  /// Some of the next bytes, at most `max` and 0 only at the end of the stream; valid until the next call.
  Result<Bytes> take_some(std::uint64_t max);

  /// Moves on by up to `max` bytes; how many, fewer than `max` at any time and 0 only at the end of the
  /// stream.
  Result<std::uint64_t> skip_some(std::uint64_t max);

  /// As Source::read.
  Result<std::size_t> read(MutableBytes buffer);

 private:
  /// Moves the rest of the window to its front and reads once; how many bytes came.
  Result<std::size_t> fill();
  Bytes take(std::size_t size);
  std::size_t available() const { return end_ - begin_; }

  Source& source_;
  SkippableSource* skippable_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace corten::codec::detail
