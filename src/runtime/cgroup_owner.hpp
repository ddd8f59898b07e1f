#pragma once

#include <cstdint>
#include <optional>

#include "oci/runtime_spec/spec.hpp"

namespace corten::runtime {

/// Who is to own the container's v2 cgroup: the host's number of process.user, when the container gets a
/// cgroup namespace of its own and sees its hierarchy read-write (config-linux.md, "Cgroup ownership").
/// Nothing when it is left as it is, also where the number is not known: in a user namespace that is joined,
/// or without a mapping. Pure.
std::optional<std::uint32_t> cgroup_owner(const oci::Spec& spec);

}  // namespace corten::runtime
