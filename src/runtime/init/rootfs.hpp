#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Cuts this mount namespace off from that of the host: what is mounted here stays here, what the host mounts
/// arrives, unless linux.rootfsPropagation wants it otherwise (mount_namespaces(7)).
Result<> stop_propagation(InitContext& context);

/// Makes the root directory a mount of its own, in the directory that stage 1 stands in; context.root from
/// here on.
Result<> mount_rootfs(InitContext& context);

/// root.readonly. The mounts in it have options of their own.
Result<> make_root_readonly(InitContext& context);

/// Makes the root "/" and lets go of the old one; without a mount namespace by chroot.
Result<> enter_rootfs(InitContext& context);

/// linux.rootfsPropagation, as the container sees it.
Result<> set_root_propagation(InitContext& context);

}  // namespace corten::runtime
