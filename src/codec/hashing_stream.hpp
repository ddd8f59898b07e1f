#pragma once

#include <cstdint>

#include "base/stream.hpp"
#include "codec/hasher.hpp"

namespace corten::codec {

/// Passes a Source through and hashes and counts what passes. `inner` must outlive it.
class HashingSource : public Source {
 public:
  explicit HashingSource(Source& inner, HashAlgorithm algorithm = HashAlgorithm::sha256)
      : inner_(inner), hasher_(algorithm) {}

  Result<std::size_t> read(MutableBytes buffer) override;

  /// Bytes that have passed so far.
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// The hash of what has passed. Call once, at the end; drain the stream first if its reader may have
  /// stopped early (discard_rest).
  HashValue finish_hash() { return hasher_.finish(); }

 private:
  Source& inner_;
  Hasher hasher_;
  std::uint64_t size_bytes_ = 0;
};

/// Passes everything on to `inner`, which must outlive it, and hashes and counts it.
class HashingSink : public Sink {
 public:
  explicit HashingSink(Sink& inner, HashAlgorithm algorithm = HashAlgorithm::sha256)
      : inner_(inner), hasher_(algorithm) {}

  Result<> write(Bytes bytes) override;
  /// Does not finish `inner`.
  Result<> finish() override { return {}; }

  /// Bytes that `inner` has taken so far.
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// The hash of what `inner` has taken. Call once, at the end.
  HashValue finish_hash() { return hasher_.finish(); }

 private:
  Sink& inner_;
  Hasher hasher_;
  std::uint64_t size_bytes_ = 0;
};

/// Reads to the end and drops it; how many bytes. For readers that stop before the stream does, as one of a
/// tar archive may, so that hashes and checks at the end still happen.
Result<std::uint64_t> discard_rest(Source& source);

}  // namespace corten::codec
