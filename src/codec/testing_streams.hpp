#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"

/// Streams that behave as badly as the contract allows, for tests.
namespace corten::codec::testing {

/// Gives at most `chunk_bytes` a call, as a slow pipe does, and counts what was taken and asked for.
class TrickleSource : public Source {
 public:
  explicit TrickleSource(std::string_view text, std::size_t chunk_bytes = 1)
      : rest_(as_bytes(text)), chunk_bytes_(chunk_bytes) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    const auto size = std::min({buffer.size(), rest_.size(), chunk_bytes_});
    std::ranges::copy(rest_.first(size), buffer.begin());
    rest_ = rest_.subspan(size);
    taken_bytes_ += size;
    return size;
  }
  std::uint64_t taken_bytes() const { return taken_bytes_; }

 private:
  Bytes rest_;
  std::size_t chunk_bytes_;
  std::uint64_t taken_bytes_ = 0;
};

/// Gives `text`, then fails as a lost connection does.
class FailingSource : public Source {
 public:
  explicit FailingSource(std::string_view text) : inner_(text) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    const auto size = TRY(inner_.read(buffer));
    if (size == 0) return fail(Errc::unavailable, "the connection was lost");
    return size;
  }

 private:
  MemorySource inner_;
};

/// Everything `source` gives, read in pieces of `chunk_bytes`.
inline Result<std::string> read_all(Source& source, std::size_t chunk_bytes = 100'000) {
  std::string text;
  std::string buffer(chunk_bytes, '\0');
  while (true) {
    const MutableBytes bytes(reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size());
    const auto size = TRY(source.read(bytes));
    if (size == 0) return text;
    text.append(buffer, 0, size);
  }
}

/// What a stream gave before it ended or failed.
struct Drained {
  std::uint64_t bytes = 0;
  Result<> status;
};

/// Counts what `source` gives and keeps none of it.
inline Drained drain(Source& source) {
  std::vector<std::uint8_t> buffer(100'000);
  Drained drained;
  while (true) {
    const auto size = source.read(buffer);
    if (!size) drained.status = std::unexpected(size.error().clone());
    if (!size || *size == 0) return drained;
    drained.bytes += *size;
  }
}

/// Writes `size_bytes` zeros and finishes: what bombs are made of.
inline Result<> write_zeros(Sink& sink, std::uint64_t size_bytes) {
  const std::vector<std::uint8_t> zeros(1U << 20U);
  for (std::uint64_t left = size_bytes; left > 0;) {
    const auto size = std::min<std::uint64_t>(left, zeros.size());
    TRY(sink.write(Bytes(zeros).first(size)));
    left -= size;
  }
  return sink.finish();
}

/// Writes `text` in pieces of `chunk_bytes` and finishes.
inline Result<> write_all(Sink& sink, std::string_view text, std::size_t chunk_bytes = 100'000) {
  for (std::size_t at = 0; at < text.size(); at += chunk_bytes) {
    TRY(sink.write(as_bytes(text.substr(at, chunk_bytes))));
  }
  return sink.finish();
}

/// Text that compresses about as program files do; the same for the same arguments.
inline std::string sample_text(std::size_t size_bytes, std::uint32_t seed = 1) {
  static constexpr std::string_view kWords[] = {
      "layer ", "blob ", "manifest\n", "sha256:", "/usr/lib/", ".so.1 ", std::string_view("\0\0\0\0\0\0", 6)};
  std::string text;
  text.reserve(size_bytes + 16);
  while (text.size() < size_bytes) {
    seed = seed * 1664525U + 1013904223U;
    text += kWords[(seed >> 24U) % std::size(kWords)];
    if ((seed >> 16U) % 3 == 0) text += static_cast<char>(seed >> 8U);
  }
  text.resize(size_bytes);
  return text;
}

/// The text that the fixtures in testdata/gzip and testdata/zstd hold.
inline std::string fox() {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "The quick brown fox jumps over the lazy dog.\n";
  return text;
}

/// Bytes that do not compress; the same for the same arguments.
inline std::string noise(std::size_t size_bytes, std::uint64_t seed = 1) {
  std::string text(size_bytes, '\0');
  for (auto& c : text) {
    seed ^= seed << 13U;
    seed ^= seed >> 7U;
    seed ^= seed << 17U;
    c = static_cast<char>(seed >> 24U);
  }
  return text;
}

}  // namespace corten::codec::testing
