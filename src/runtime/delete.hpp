#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/interruption.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

enum class Removal : std::uint8_t {
  stopped_only,  ///< failed_precondition for a container whose process lives, not_found for none.
  forced,        ///< Its process is killed first; a container that does not exist is no error.
};

/// runtime-spec runtime.md, "Delete": undoes what create() made, then runs the poststop hooks.
/// A signal that `interruption`, if there is one, takes ends the hook that runs.
Result<> remove(const Settings& settings, const ContainerId& id, Removal how,
                Interruption* interruption = nullptr);

}  // namespace corten::runtime
