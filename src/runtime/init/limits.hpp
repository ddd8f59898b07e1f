#pragma once

#include <string_view>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// RLIMIT_NOFILE of <sys/resource.h> for "RLIMIT_NOFILE"; invalid_argument for a name Linux does not have.
Result<int> parse_limit_name(std::string_view name);

/// process.rlimits, exactly.
Result<> set_resource_limits(InitContext& context);

}  // namespace corten::runtime
