#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

enum class KillScope : std::uint8_t {
  init,  ///< The container's process; with a SIGKILL and no pid namespace of its own, all of them.
  all,   ///< Every process of the container's cgroup; then a stopped container is no error.
};

/// runtime-spec runtime.md, "Kill". failed_precondition for a container that is neither created nor running
/// (nor paused).
Result<> kill(const Settings& settings, const ContainerId& id, int signal, KillScope scope);

}  // namespace corten::runtime
