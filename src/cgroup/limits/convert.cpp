#include "cgroup/limits/convert.hpp"

#include <algorithm>
#include <cmath>

namespace corten::cgroup {

std::uint64_t weight_of_shares(std::uint64_t shares) {
  constexpr std::uint64_t kMinShares = 2;
  constexpr std::uint64_t kMaxShares = 262'144;
  if (shares == 0) return 0;
  const auto log = std::log2(static_cast<double>(std::clamp(shares, kMinShares, kMaxShares)));
  const auto weight = std::pow(10.0, (log * log + 125.0 * log) / 612.0 - 7.0 / 34.0);
  // Rounded up, but not by what floating point adds to 1, 100 and 10000.
  return static_cast<std::uint64_t>(std::ceil(weight - 1e-6));
}

std::uint64_t io_weight(std::uint64_t blkio_weight) {
  constexpr std::uint64_t kMin = 10;
  constexpr std::uint64_t kMax = 1000;
  if (blkio_weight == 0) return 0;
  return 1 + (std::clamp(blkio_weight, kMin, kMax) - kMin) * 9999 / (kMax - kMin);
}

Result<std::optional<std::int64_t>> swap_alone(std::optional<std::int64_t> memory,
                                               std::optional<std::int64_t> memory_and_swap) {
  const auto limit = memory.value_or(0);
  const auto both = memory_and_swap.value_or(0);
  if (both == 0) {
    // v1 lifted both limits when memory had none.
    return limit < 0 ? std::optional<std::int64_t>(-1) : std::nullopt;
  }
  if (both < 0) return -1;
  if (limit <= 0) {
    return fail(Errc::invalid_argument,
                "linux.resources.memory.swap: {} limits memory and swap together, but memory has no limit",
                both);
  }
  if (both < limit) {
    return fail(
        Errc::invalid_argument,
        "linux.resources.memory.swap: {} counts memory and swap together, so it cannot be less than the "
        "memory limit {}",
        both, limit);
  }
  return both - limit;
}

std::string limit_text(std::int64_t limit) { return limit < 0 ? "max" : std::to_string(limit); }

}  // namespace corten::cgroup
