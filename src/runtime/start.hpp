#pragma once

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

/// runtime-spec runtime.md, "Start": lets a created container execute its program, and returns when it does.
/// failed_precondition for a container in another state. What keeps the program from being executed is this
/// command's own error: "executing 'x': No such file or directory".
Result<> start(const Settings& settings, const ContainerId& id);

}  // namespace corten::runtime
