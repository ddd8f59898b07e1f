#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cgroup/directory.hpp"
#include "cgroup/hierarchy.hpp"

namespace corten::cgroup {

struct MadeCgroup {
  Directory dir;
  bool is_new = false;  ///< It was not there before.
};

/// Makes the cgroup `path` of a hierarchy, parents too, ready to take limits and processes: a v1 cpuset gets
/// its parent's CPUs and nodes, a v2 cgroup the controllers (`wanted`, all if absent) that its parents can
/// give. A controller that cannot be had is not an error here but where a limit needs it. An existing cgroup
/// is success. What it made is removed again when it fails.
Result<MadeCgroup> make_cgroup(const Directory& mount, const Hierarchy& hierarchy, const std::string& path,
                               const std::optional<std::vector<std::string>>& wanted);

}  // namespace corten::cgroup
