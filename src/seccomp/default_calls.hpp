#pragma once

#include <span>
#include <string_view>

namespace corten::seccomp {

/// System calls that the default profile allows for one reason.
struct CallGroup {
  std::string_view reason;
  std::span<const std::string_view> calls;
};

/// What every program may call: it acts on the caller, on descriptors it has, or is checked by permissions,
/// namespaces and capabilities that the container has anyway.
std::span<const CallGroup> ordinary_calls();

/// What only a process with a capability may call ("CAP_SYS_ADMIN").
struct CapabilityGroup {
  std::string_view capability;
  std::span<const std::string_view> calls;
};
std::span<const CapabilityGroup> privileged_calls();

/// Calls of one architecture ("amd64", as in oci::Platform).
struct ArchitectureGroup {
  std::string_view architecture;
  std::span<const std::string_view> calls;
};
std::span<const ArchitectureGroup> architecture_calls();

}  // namespace corten::seccomp
