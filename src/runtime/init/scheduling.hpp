#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// process.scheduler, process.ioPriority and linux.personality, where they are given.
Result<> set_scheduler(InitContext& context);
Result<> set_io_priority(InitContext& context);
Result<> set_personality(InitContext& context);

}  // namespace corten::runtime
