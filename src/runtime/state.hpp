#pragma once

#include "base/result.hpp"
#include "oci/runtime_spec/state.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

/// runtime-spec runtime.md, "Query State", with rootfs, created and owner in `extra` as runc prints them.
/// not_found for a container that does not exist.
Result<oci::State> state(const Settings& settings, const ContainerId& id);

}  // namespace corten::runtime
