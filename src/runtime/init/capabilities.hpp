#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// A name that nobody here knows is a warning (runtime-spec config.md: "MUST be logged as a warning").
///
/// process.capabilities, in two parts: the bounding set while we may still change it, the other four once the
/// user is the process's own. A capability that this host does not give is a warning when the plan relaxes
/// it, else an error that names it. Without process.capabilities all are dropped (runtime-spec config.md).
/// What is not asked to be inheritable is not (CVE-2022-24769).
Result<> drop_bounding_capabilities(InitContext& context);
Result<> set_capabilities(InitContext& context);

/// process.noNewPrivileges.
Result<> set_no_new_privileges(InitContext& context);

}  // namespace corten::runtime
