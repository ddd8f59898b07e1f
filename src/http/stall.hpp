#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace corten::http {

/// Decides when a transfer hangs: fewer than `min_bytes` in a whole `window` of waiting. Only time spent
/// waiting for the peer counts, so a reader that is slow itself is never blamed on the network.
class StallDetector {
 public:
  StallDetector(std::chrono::milliseconds window, std::uint64_t min_bytes)
      : window_(window), min_bytes_(min_bytes) {}

  /// After `waited` more, `total_bytes` have moved since the start. True: it hangs.
  bool add(std::chrono::nanoseconds waited, std::uint64_t total_bytes) {
    waited_ += waited;
    if (total_bytes - bytes_at_start_ >= min_bytes_) {
      waited_ = {};
      bytes_at_start_ = total_bytes;
    }
    return waited_ >= window_;
  }

  /// How much more waiting until the window ends, rounded up.
  std::chrono::milliseconds left() const {
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(window_ - waited_),
                    std::chrono::milliseconds(0));
  }

 private:
  std::chrono::nanoseconds window_;
  std::uint64_t min_bytes_;
  std::chrono::nanoseconds waited_{};
  std::uint64_t bytes_at_start_ = 0;
};

}  // namespace corten::http
