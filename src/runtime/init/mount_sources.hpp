#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Takes those sources of bind mounts, as detached mounts, that stage 2 could not take itself: all of them
/// when a user namespace follows, and those to be shown with mapped owners, for which the kernel asks
/// privileges over the file system. Leaves a place empty where the kernel has no such calls (before 5.2) or
/// we lack the privilege: stage 2 then goes by path.
Result<> take_mount_sources(InitContext& context);

}  // namespace corten::runtime
