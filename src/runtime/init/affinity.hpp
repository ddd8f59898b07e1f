#pragma once

#include <sched.h>

#include <string_view>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The processors of a list like "0-3,7" (cpuset(7), "List format"); invalid_argument for anything else, and
/// for an empty one.
Result<cpu_set_t> parse_cpu_list(std::string_view list);

/// process.execCPUAffinity: where an exec runs before and after it enters the cgroup, whose cpuset limits the
/// second.
Result<> set_initial_affinity(InitContext& context);
Result<> set_final_affinity(InitContext& context);

}  // namespace corten::runtime
