#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cgroup/directory.hpp"
#include "oci/runtime_spec/resources.hpp"

/// Which part of "linux.resources" belongs to which controller. Internal to src/cgroup.
namespace corten::cgroup {

struct Controller {
  using Apply = Result<> (*)(const Directory&, const oci::Resources&);

  std::string_view name;     ///< Of the v1 hierarchy.
  std::string_view v2_name;  ///< Empty: v2 has none.
  std::string_view field;    ///< In linux.resources, for messages.
  /// Whether something is limited: "no limit" needs no controller.
  bool (*asked)(const oci::Resources&);
  Apply apply_v1;
  Apply apply_v2;
};

/// All but devices, in the order in which they are applied.
std::span<const Controller> controllers();

/// v2 names of the controllers that the resources need, those of "unified" too.
std::vector<std::string> needed_v2_controllers(const oci::Resources& resources);

}  // namespace corten::cgroup
