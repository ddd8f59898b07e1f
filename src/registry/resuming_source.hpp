#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/stream.hpp"
#include "registry/retries.hpp"

namespace corten::registry {

/// Bytes of a blob, `end` not included.
struct ByteSpan {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  std::uint64_t size() const { return end - begin; }
  bool operator==(const ByteSpan&) const = default;
};

/// Opens a blob at a byte; asked again after each break. Has tries of its own: its errors are final.
using OpenAt = std::function<Result<std::unique_ptr<Source>>(std::uint64_t position)>;

/// A part of a blob that comes over connections that may break: takes it up again from where it was, as often
/// as it helps (progress counts anew). Never gives more bytes than those of the span; data_loss when the
/// server has more or, after all tries, fewer.
class ResumingSource : public Source {
 public:
  ResumingSource(ByteSpan span, OpenAt open, Retries retries)
      : position_(span.begin), end_(span.end), open_(std::move(open)), retries_(std::move(retries)) {}
  /// The first stream may be open already, at span.begin.
  void start_with(std::unique_ptr<Source> inner) { inner_ = std::move(inner); }

  Result<std::size_t> read(MutableBytes buffer) override;

 private:
  Result<std::size_t> read_some(MutableBytes buffer);
  Result<> expect_end();

  std::uint64_t position_;
  std::uint64_t end_;
  OpenAt open_;
  Retries retries_;
  std::unique_ptr<Source> inner_;
  std::optional<Error> failure_;
};

}  // namespace corten::registry
