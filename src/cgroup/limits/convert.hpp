#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

/// The numbers of the runtime spec, which are those of cgroup v1, as v2 wants them. Pure.
namespace corten::cgroup {

/// cpu.shares (2 to 262144, default 1024) as cpu.weight (1 to 10000, default 100). The curve of crun 1.23 and
/// runc 1.4, which keeps the defaults: 10^((log2(s)^2 + 125 log2(s)) / 612 - 7/34). 0 stays 0, "not set".
std::uint64_t weight_of_shares(std::uint64_t shares);

/// blkio weight (10 to 1000) as io.weight (1 to 10000), linear as in runc and crun. 0 stays 0.
std::uint64_t io_weight(std::uint64_t blkio_weight);

/// "memory.swap.max": v1 counts memory and swap together, v2 swap alone. Bytes; -1 is no limit. Nothing when
/// neither says anything about swap. invalid_argument when swap is limited and memory is not, or to less.
Result<std::optional<std::int64_t>> swap_alone(std::optional<std::int64_t> memory,
                                               std::optional<std::int64_t> memory_and_swap);

/// "max" for negative numbers.
std::string limit_text(std::int64_t limit);

}  // namespace corten::cgroup
