#pragma once

#include <cstdint>
#include <optional>

#include "base/stream.hpp"
#include "codec/hasher.hpp"
#include "codec/sticky_error.hpp"

namespace corten::codec {

/// What a descriptor says about a blob.
struct ExpectedContent {
  HashValue hash;
  /// Unknown for the uncompressed form of a layer, of which only the hash (diffID) is recorded.
  std::optional<std::uint64_t> size_bytes;
};

/// Passes a Source through and fails with data_loss, naming what was expected and what was found, when the
/// content is not the expected one.
///
/// With a known size the last bytes are handed out only after the whole has been checked, so not even a
/// reader that counts for itself gets a full copy of wrong content; and `inner` is asked for at most one byte
/// more than that size. Without one the check is at the end of the stream: only a read() that returns 0 says
/// that all was right. `inner` must outlive it.
class VerifyingSource : public Source {
 public:
  VerifyingSource(Source& inner, const ExpectedContent& expected)
      : inner_(inner), expected_(expected), hasher_(expected.hash.algorithm()) {}

  Result<std::size_t> read(MutableBytes buffer) override;

  /// Bytes received so far.
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// True once everything has come and was right.
  bool verified() const { return verified_; }

 private:
  Result<std::size_t> read_more(MutableBytes buffer);
  Result<> expect_end();
  Result<> check_hash();

  Source& inner_;
  ExpectedContent expected_;
  Hasher hasher_;
  std::uint64_t size_bytes_ = 0;
  bool verified_ = false;
  StickyError error_;
};

}  // namespace corten::codec
