#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cgroup/hierarchy.hpp"
#include "cgroup/path.hpp"
#include "oci/runtime_spec/resources.hpp"

/// What systemd is told about a container's unit (org.freedesktop.systemd1(5)). Pure.
namespace corten::cgroup {

/// D-Bus types b, s, t, au, as, ay.
using PropertyValue = std::variant<bool, std::string, std::uint64_t, std::vector<std::uint32_t>,
                                   std::vector<std::string>, std::vector<std::uint8_t>>;

struct UnitProperty {
  std::string name;
  PropertyValue value;

  bool operator==(const UnitProperty&) const = default;
};

/// The properties of the new unit: where it hangs, its first process, that what is below is ours (Delegate),
/// and the limits that systemd knows. Without the latter it would undo them at its next reload; the files are
/// written as well (Cgroup::apply), as systemd knows neither all of them nor the exact values. Device rules
/// are not among them: DevicePolicy=auto leaves our program alone.
Result<std::vector<UnitProperty>> unit_properties(const SystemdUnit& unit, pid_t first_process, Layout layout,
                                                  const oci::Resources& resources);

/// The limits alone, for an update.
Result<std::vector<UnitProperty>> limit_properties(Layout layout, const oci::Resources& resources);

/// "0-3,7" as the bit mask that AllowedCPUs takes: CPU n is bit n % 8 of byte n / 8. invalid_argument for
/// what is no such list, or numbers over 8191 (the most CPUs that Linux supports).
Result<std::vector<std::uint8_t>> cpu_mask(std::string_view list);

/// Quota over period as microseconds a second, rounded up to whole percents, as systemd keeps it; 2^64 - 1
/// for no limit.
std::uint64_t quota_per_second(std::int64_t quota_us, std::uint64_t period_us);

}  // namespace corten::cgroup
