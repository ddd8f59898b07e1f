#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/stream.hpp"
#include "codec/tar_entry.hpp"
#include "codec/tar_input.hpp"

namespace corten::codec::detail {

/// What follows a header: a number of bytes and padding to a whole block. For the tar reader.
class TarBody {
 public:
  explicit TarBody(TarInput& input) : input_(input) {}

  /// `bytes` of body come next in the archive.
  void start(std::uint64_t bytes);
  /// Says what read_content() shows from here on: a file of `size` bytes, sparse or not.
  void start_content(std::uint64_t size, const std::optional<std::vector<TarSegment>>& segments);

  std::uint64_t left() const { return left_; }

  /// As Source::read, the stored bytes. Fails with data_loss if the archive ends before the body.
  Result<std::size_t> read(MutableBytes buffer);
  /// As Source::read, with zeros in the holes.
  Result<std::size_t> read_content(MutableBytes buffer);
  /// At most `max` bytes where they lie; empty at the end of the body.
  Result<Bytes> take_some(std::uint64_t max);
  /// The one next block of the body, which may be cut short by the body's end.
  Result<Bytes> take_block();
  /// Moves behind the padding, which may be missing at the end of the archive.
  Result<> skip();

 private:
  std::unexpected<Error> truncated() const;

  TarInput& input_;
  std::uint64_t left_ = 0;
  std::uint64_t padding_ = 0;

  std::uint64_t content_at_ = 0;
  std::uint64_t content_size_ = 0;
  std::optional<std::vector<TarSegment>> segments_;
  std::size_t segment_ = 0;  // the first that does not end before content_at_
};

}  // namespace corten::codec::detail
