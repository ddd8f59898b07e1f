#pragma once

#include "base/result.hpp"
#include "sys/capability_names.hpp"

/// The capability sets of the calling thread (capabilities(7)) by capset(2) version 3 and prctl(2), without
/// libcap. Names: sys/capability_names.hpp.
namespace corten::sys {

/// The three sets that capset(2) changes together.
struct CapabilitySets {
  CapabilityMask effective = 0;
  CapabilityMask permitted = 0;
  CapabilityMask inheritable = 0;

  bool operator==(const CapabilitySets&) const = default;
};

Result<CapabilitySets> get_capabilities();

/// permission_denied for one that is not in the permitted set now, or an inheritable one that is neither
/// there nor in the bounding set.
Result<> set_capabilities(const CapabilitySets& sets);

/// All capabilities that the running kernel knows.
CapabilityMask known_capabilities();

/// The most that a program of this thread can ever get: what a container engine on a restricted host has to
/// compare with what was asked for.
CapabilityMask bounding_capabilities();

/// Drops everything else from the bounding set, for good. Needs CAP_SETPCAP if there is anything to drop.
Result<> limit_bounding_capabilities(CapabilityMask keep);

/// What programs that have no capabilities of their own keep through execve (kernel 4.3).
CapabilityMask ambient_capabilities();

/// Exactly these; each must be in the permitted and the inheritable set.
Result<> set_ambient_capabilities(CapabilityMask ambient);

}  // namespace corten::sys
