#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// What needs the privileges of the host, before the user namespace takes them away: process.oomScoreAdj, and
/// hard resource limits that are above ours. The limits themselves are set at the very end (limits.hpp), for
/// they bind the helper too.
Result<> set_outer_limits(const InitContext& context);

}  // namespace corten::runtime
