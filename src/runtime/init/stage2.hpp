#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The second half of the helper, in the process that becomes the container's: takes the steps of steps.hpp
/// one after the other and ends in the container's program. A failure goes to the command, or once `start`
/// has connected to that, and ends the process with status 1.
[[noreturn]] void run_stage2(InitContext& context);

}  // namespace corten::runtime
