#pragma once

#include <string>
#include <vector>

#include "cgroup/directory.hpp"

namespace corten::cgroup {

/// A cgroup and all below it, parents before children, as paths below `dir`; itself is ".". Those that vanish
/// meanwhile are left out.
Result<std::vector<std::string>> list_tree(const Directory& dir);

}  // namespace corten::cgroup
