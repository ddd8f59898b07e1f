#pragma once

#include <string>
#include <string_view>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// "net/ipv4/ip_forward" for "net.ipv4.ip_forward"; names with slashes are taken as sysctl(8) does: then dots
/// are part of a component. invalid_argument for names that are no path below /proc/sys.
Result<std::string> sysctl_path(std::string_view name);

/// linux.sysctl, through the helper's own procfs: the kernel takes the namespaces of who writes.
Result<> set_sysctls(InitContext& context);

}  // namespace corten::runtime
