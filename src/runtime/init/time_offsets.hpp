#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// linux.timeOffsets: writes the offsets of the time namespace that children get, before the first one is
/// there (time_namespaces(7)). Does nothing without offsets.
Result<> set_time_offsets(const InitContext& context);

}  // namespace corten::runtime
