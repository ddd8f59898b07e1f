#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Puts this process into the cgroup by writing "0" to the files that the command opened: no task is moved by
/// another, which on cgroup v1 would cost an RCU grace period each. Then makes or joins the cgroup namespace,
/// whose root is the cgroup just entered (cgroup_namespaces(7)). In stage 2 and not before, so that a limit
/// of one task is enough for a container of one process.
Result<> enter_cgroup(InitContext& context);

}  // namespace corten::runtime
