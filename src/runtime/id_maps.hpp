#pragma once

#include "oci/runtime_spec/linux.hpp"
#include "sys/id_map.hpp"

namespace corten::runtime {

/// The maps of the container's new user namespace: linux.uidMappings and gidMappings. Where the bundle has
/// none, an ordinary user gets root for the own id and the ranges of /etc/subuid and /etc/subgid behind it;
/// without ranges the own id alone, and a warning says what helps. invalid_argument for root without maps.
Result<sys::IdMaps> choose_id_maps(const oci::Linux& part, bool rootless);

}  // namespace corten::runtime
