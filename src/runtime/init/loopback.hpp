#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Brings up "lo" in a network namespace of the container's own.
Result<> raise_loopback(InitContext& context);

}  // namespace corten::runtime
