#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json_view.hpp"
#include "cgroup/hierarchy.hpp"
#include "cgroup/path.hpp"

namespace corten::cgroup {

/// Where a container's cgroup is in one hierarchy.
struct Place {
  Hierarchy hierarchy{};
  std::string path{};  ///< Below hierarchy.mount_point, "a/b".
};

/// All of a container's cgroup, as the state of the container keeps it: later commands find it again without
/// looking at a layout that may have changed, and from other cgroups.
struct Location {
  std::vector<Place> places{};
  std::optional<SystemdUnit> unit{};  ///< Made by systemd, which removes it too.
  SystemdManager manager = SystemdManager::system;
};

Json to_json(const Location& location);
/// data_loss for what to_json() did not write; paths cannot lead out of a hierarchy.
Result<Location> parse_location(const JsonView& view);

}  // namespace corten::cgroup
