#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Lets the command run its hooks (prestart, createRuntime) and waits for them, if there are any.
Result<> run_runtime_hooks(InitContext& context);

/// The hooks that run in the container's namespaces (runtime-spec config.md): createContainer with the root
/// of the host, startContainer with that of the container. Their state has the pid that the container sees.
Result<> run_create_container_hooks(InitContext& context);
Result<> run_start_container_hooks(InitContext& context);

}  // namespace corten::runtime
