#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Waits for `start` to connect. From then on errors go to that command, over the connection, which execve
/// closes. Without a listener in the plan the program starts at once.
Result<> wait_for_start(InitContext& context);

}  // namespace corten::runtime
