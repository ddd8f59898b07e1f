#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/stream.hpp"
#include "content/ingest.hpp"

namespace corten::image {

/// Opens the rest of a blob at its source.
using OpenRest = std::function<Result<std::unique_ptr<Source>>(std::uint64_t offset)>;

/// The bytes of a blob on their way from a registry to whoever unpacks it: first those that an earlier try
/// left in the ingest, then the rest from its source, which the ingest keeps as they pass. The source is
/// opened when its first byte is wanted: no connection waits while the disk is read.
class LayerStream : public Source {
 public:
  /// `ingest` must outlive it. `size_bytes` is what the descriptor says: more is data_loss, and with all of
  /// it there the source is never opened.
  LayerStream(content::Ingest& ingest, std::uint64_t size_bytes, OpenRest open_rest, std::stop_token stop);

  Result<std::size_t> read(MutableBytes buffer) override;

  /// Told the position after every read.
  void on_bytes(std::function<void(std::uint64_t)> told) { told_ = std::move(told); }

  /// True when read() failed: then what broke is the way of the bytes, not the bytes.
  bool failed() const { return failed_; }

 private:
  Result<std::size_t> read_next(MutableBytes buffer);
  Result<std::size_t> read_rest(MutableBytes buffer);

  content::Ingest& ingest_;
  std::uint64_t size_bytes_;
  std::uint64_t resumed_bytes_;
  OpenRest open_rest_;
  std::stop_token stop_;
  std::function<void(std::uint64_t)> told_;
  std::unique_ptr<Source> rest_;
  std::uint64_t position_ = 0;
  bool failed_ = false;
};

}  // namespace corten::image
