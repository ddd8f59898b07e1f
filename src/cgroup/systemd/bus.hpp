#pragma once

#include <span>
#include <string>

#include "cgroup/systemd/properties.hpp"

/// Three methods of org.freedesktop.systemd1.Manager, called through libsystemd, which is loaded on first
/// use. `unsupported` without the library or a systemd that answers on the bus.
namespace corten::cgroup {

/// StartTransientUnit; returns when the job is queued: wait until the process has moved. A unit of the same
/// name that failed earlier is reset and replaced.
Result<> start_unit(SystemdManager manager, const std::string& name,
                    std::span<const UnitProperty> properties);

/// SetUnitProperties, until the next boot.
Result<> set_unit_properties(SystemdManager manager, const std::string& name,
                             std::span<const UnitProperty> properties);

/// StopUnit; success too when there is no such unit.
Result<> stop_unit(SystemdManager manager, const std::string& name);

}  // namespace corten::cgroup
