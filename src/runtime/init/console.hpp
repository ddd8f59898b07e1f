#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// process.terminal: a pseudo terminal of the container's own devpts as standard streams and controlling
/// terminal; for the first process on /dev/console too. Its other end goes to the command. Both ends are used
/// by descriptor, and checked: a path would go where the image's links lead (CVE-2025-52565).
Result<> make_console(InitContext& context);

/// The standard streams belong to the user of the process, so that it may open /dev/stdout again.
Result<> own_standard_streams(InitContext& context);

}  // namespace corten::runtime
