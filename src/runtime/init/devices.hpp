#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The devices that every container has (runtime-spec config-linux.md, "Default Devices"), those of
/// linux.devices, and the links /dev/fd, stdin, stdout, stderr, ptmx. Nodes are made; where the kernel does
/// not allow that (a user namespace) the host's are bind mounted. Leaves a /dev alone that is a bind mount.
Result<> make_devices(InitContext& context);

}  // namespace corten::runtime
