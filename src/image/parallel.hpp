#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "base/result.hpp"

namespace corten::image {

/// Calls `work` for each position below `count`, on the calling thread and up to `max_parallel` - 1 others,
/// in the order of positions. The first error stops what has not begun, and through the token that `work`
/// gets what has; it is the result. `stop` is canceled.
Result<> run_parallel(std::size_t count, unsigned max_parallel, const std::stop_token& stop,
                      const std::function<Result<>(std::size_t position, std::stop_token stop)>& work);

}  // namespace corten::image
