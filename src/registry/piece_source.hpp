#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/stream.hpp"

namespace corten::registry {

/// The next `size_bytes` of a blob for one request. Tells each step, and keeps the error of the blob itself:
/// behind a failed request it would look like the network's, and be tried again in vain.
class PieceSource : public Source {
 public:
  PieceSource(std::unique_ptr<Source> inner, std::uint64_t size_bytes,
              std::function<void(std::uint64_t)> on_read)
      : inner_(std::move(inner)), rest_bytes_(size_bytes), on_read_(std::move(on_read)) {}

  Result<std::size_t> read(MutableBytes buffer) override;

  const std::optional<Error>& failure() const { return failure_; }

 private:
  std::unique_ptr<Source> inner_;
  std::uint64_t rest_bytes_;
  std::function<void(std::uint64_t)> on_read_;
  std::optional<Error> failure_;
};

}  // namespace corten::registry
