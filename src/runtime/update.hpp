#pragma once

#include "base/result.hpp"
#include "oci/runtime_spec/resources.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

/// Changes limits of a container that is not stopped; what `resources` does not name stays as it is.
/// unsupported for a container without a cgroup.
Result<> update(const Settings& settings, const ContainerId& id, const oci::Resources& resources);

}  // namespace corten::runtime
