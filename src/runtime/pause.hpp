#pragma once

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

/// Freezes the container's cgroup. failed_precondition unless it is created or running; unsupported without a
/// cgroup.
Result<> pause(const Settings& settings, const ContainerId& id);

/// The opposite; failed_precondition unless it is paused.
Result<> resume(const Settings& settings, const ContainerId& id);

}  // namespace corten::runtime
