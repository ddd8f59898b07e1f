#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/stream.hpp"
#include "codec/hasher.hpp"
#include "oci/digest.hpp"
#include "sys/lock.hpp"

namespace corten::content {

struct IngestOptions {
  /// How long to wait for another writer of the same ref.
  std::chrono::milliseconds timeout{0};
  oci::DigestAlgorithm algorithm = oci::DigestAlgorithm::sha256;
};

/// A blob being written. What was written stays for the next try when this is dropped, in whatever way the
/// process ends; abort() removes it. offset() says from where to go on:
///
///   auto ingest = TRY(store.begin_ingest("layer-3a1f", {.timeout = 30s}));
///   auto body = TRY(fetch(url, ingest.offset()));        // or restart() if the source cannot resume
///   TRY(copy_stream(*body, ingest));
///   TRY(std::move(ingest).commit(expected, size));
///
/// Written bytes are hashed as they come; those of an earlier try are read and hashed when it is resumed.
class Ingest : public Sink {
 public:
  /// Bytes there so far, from this try and earlier ones.
  std::uint64_t offset() const { return offset_; }

  Result<> write(Bytes bytes) override;
  /// Nothing to do: commit() finishes.
  Result<> finish() override { return {}; }

  /// Reads back what was written from `offset` on, into the front of `buffer`: how many bytes, 0 at the end.
  /// For who needs the bytes of an earlier try besides their hash.
  Result<std::size_t> read_at(MutableBytes buffer, std::uint64_t offset) const;

  /// Drops all bytes and begins again at offset 0.
  Result<> restart();

  /// Publishes the bytes as a blob and gives its digest. With `expected` and `size_bytes`, what was written
  /// must match: else data_loss, and the bytes are dropped, for nothing can be resumed from them. A blob that
  /// is there already is success. Flushed to disk before it becomes visible.
  Result<oci::Digest> commit(const std::optional<oci::Digest>& expected = std::nullopt,
                             std::optional<std::uint64_t> size_bytes = std::nullopt) &&;

  /// Removes what was written.
  Result<> abort() &&;

 private:
  friend class Store;
  Ingest(sys::UniqueFd store, std::string path, sys::FileLock lock, oci::DigestAlgorithm algorithm);

  /// Opens `path` in the store, locked, and hashes what it holds.
  static Result<Ingest> open(sys::UniqueFd store, const std::string& path, const IngestOptions& options);

  /// Removes an ingest that nobody writes, without reading it; unavailable if somebody does.
  static Result<> discard(sys::BorrowedFd store, const std::string& path);

  Result<> hash_present();
  Result<> flush(sys::BorrowedFd file) const;
  Result<> check(const oci::Digest& actual, const std::optional<oci::Digest>& expected,
                 std::optional<std::uint64_t> size_bytes) const;

  sys::UniqueFd store_;
  std::string path_;
  sys::FileLock lock_;  // on the data file itself, which its descriptor reads and writes
  codec::Hasher hasher_;
  std::uint64_t offset_ = 0;
};

}  // namespace corten::content
