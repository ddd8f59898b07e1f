#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corten::sys {

/// "CAP_SYS_ADMIN" for 21 (linux/capability.h); "CAP_64" for a number this table does not know yet.
std::string capability_name(int capability);

/// The number of "CAP_SYS_ADMIN"; "sys_admin" and "Cap_Sys_Admin" are the same, as Docker and runc read them.
/// Nothing for names that the table does not know.
std::optional<int> find_capability(std::string_view name);

/// Capabilities as the kernel counts them: bit n is capability n.
using CapabilityMask = std::uint64_t;

constexpr CapabilityMask capability_bit(int capability) {
  return CapabilityMask{1} << static_cast<unsigned>(capability);
}

/// A list of names as a mask. What nobody here knows is kept apart: whether that is an error is for the
/// caller to say (a list made for a newer kernel is not).
struct NamedCapabilities {
  CapabilityMask mask = 0;
  std::vector<std::string> unknown{};
};
NamedCapabilities read_capability_names(std::span<const std::string> names);

/// The names of a mask's bits, lowest first.
std::vector<std::string> capability_names(CapabilityMask mask);

}  // namespace corten::sys
