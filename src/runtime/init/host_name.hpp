#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// hostname and domainname of the spec, where they are given.
Result<> set_host_name(InitContext& context);

}  // namespace corten::runtime
