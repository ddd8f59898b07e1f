#pragma once

#include "runtime/init/context.hpp"
#include "runtime/init/mount/options.hpp"

namespace corten::runtime {

/// The mount types "cgroup" and "cgroup2": what the host has. On v2 one cgroup2; on v1 and hybrid hosts a
/// tmpfs with a directory for each hierarchy, and links for controllers that share one. With a cgroup
/// namespace they are new mounts, whose root is the container's cgroup; without one, bind mounts of that
/// cgroup alone (CVE-2023-25809: nothing above it can be written).
Result<> mount_cgroups(InitContext& context, const oci::Mount& mount, const MountOptions& options);

}  // namespace corten::runtime
