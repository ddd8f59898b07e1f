#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "oci/runtime_spec/spec.hpp"

namespace corten::runtime {

/// The ids of the user who will run a rootless container: root inside is this user outside.
struct RootlessUser {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// The config.json that `spec` writes: "sh" in `rootfs`, to be edited. As runc's, but with the 14
/// capabilities that Docker gives (none ambient), a cgroup namespace, and everything masked that Docker masks
/// today.
///
/// With `rootless` (`spec --rootless`) a user namespace with a single id, the host's network and a bind mount
/// of its /sys, which is what an ordinary user may do without further preparation.
oci::Spec default_spec(std::optional<RootlessUser> rootless = std::nullopt);

/// "CAP_CHOWN", ...: what Docker leaves to a container's root.
std::span<const std::string_view> default_capabilities();

/// Files that show or change the host and no namespace hides: masked, or mounted read-only.
std::span<const std::string_view> default_masked_paths();
std::span<const std::string_view> default_readonly_paths();

}  // namespace corten::runtime
