#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "cgroup/cgroup.hpp"
#include "oci/runtime_spec/linux.hpp"
#include "runtime/record.hpp"
#include "runtime/settings.hpp"

/// The runtime's use of the cgroup module.
namespace corten::runtime {

struct CgroupRequest {
  const oci::Linux& linux_part;
  const std::string& id;
  pid_t first_process = 0;  ///< Which systemd moves, if it is the one to make the cgroup.
};

/// Where make_cgroup() is to make it; nothing is made yet.
struct PlannedCgroup {
  cgroup::Host host;
  cgroup::Location location;
};
Result<PlannedCgroup> plan_cgroup(const Settings& settings, const CgroupRequest& request);

/// Makes the container's cgroup and gives it its limits and device rules; on failure nothing is left. Where a
/// rootless container may have none, it is a cgroup without places.
Result<cgroup::Cgroup> make_cgroup(const Settings& settings, const CgroupRequest& request,
                                   const PlannedCgroup& planned);

/// What the record keeps of it.
JsonValue to_record(const cgroup::Location& location);

/// The cgroup of a recorded container, also of one that has ended; nothing when the record names none.
Result<std::optional<cgroup::Cgroup>> open_cgroup(const ContainerRecord& record);

}  // namespace corten::runtime
