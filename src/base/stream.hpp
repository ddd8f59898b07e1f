#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace corten {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Where bytes come from, pulled by the reader. Streams compose: a decompressing Source reads from another
/// Source, a hashing one counts what passes. Not thread-safe.
class Source {
 public:
  virtual ~Source() = default;

  /// Fills the front of `buffer` and says how many bytes: at least one, unless the stream has ended (0) or
  /// `buffer` is empty. After an error or the end, further calls repeat it.
  virtual Result<std::size_t> read(MutableBytes buffer) = 0;
};

/// A Source that can move on without reading, such as a file.
class SkippableSource : public Source {
 public:
  /// Moves on by `count` bytes, at most to the end of the stream; how many.
  virtual Result<std::uint64_t> skip(std::uint64_t count) = 0;
};

/// Where bytes go, pushed by the writer. Not thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Takes all of `bytes` or fails; after a failure the stream cannot be used.
  virtual Result<> write(Bytes bytes) = 0;

  /// Writes what is still buffered and the trailer of the format, once, after the last write. Does not finish
  /// the Sink below: whoever made that one does.
  virtual Result<> finish() = 0;
};

/// A Source over bytes in memory, which must outlive it.
class MemorySource : public Source {
 public:
  explicit MemorySource(Bytes bytes) : rest_(bytes) {}
  explicit MemorySource(std::string_view text) : rest_(as_bytes(text)) {}

  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  Bytes rest_;
};

/// A Sink that collects everything in memory, up to a cap.
class MemorySink : public Sink {
 public:
  /// write() fails once more than `max_bytes` have come.
  explicit MemorySink(std::size_t max_bytes = std::size_t{64} * 1024 * 1024) : max_bytes_(max_bytes) {}

  Result<> write(Bytes bytes) override;
  Result<> finish() override { return {}; }

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::size_t max_bytes_;
  std::string text_;
};

/// Fills all of `buffer` unless the stream ends before; how many bytes were read.
Result<std::size_t> read_full(Source& source, MutableBytes buffer);

/// Moves everything from one to the other through a buffer of 128 KiB; how many bytes. Does not finish
/// `sink`.
Result<std::uint64_t> copy_stream(Source& source, Sink& sink);

}  // namespace corten
