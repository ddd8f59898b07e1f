#pragma once

#include "runtime/channel.hpp"

namespace corten::runtime {

/// The first half of the helper: takes the plan from the channel, joins and makes namespaces, starts the
/// process of the container beside itself and tells the command about it. In that process it does not return:
/// stage 2 ends in execve or _exit.
Result<> run_stage1(Channel& channel);

}  // namespace corten::runtime
