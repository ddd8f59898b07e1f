#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Makes process.cwd in the root when it is missing, as every runtime does.
Result<> make_working_directory(InitContext& context);

/// Changes to process.cwd with the helper's privileges; where those do not suffice (a network file system
/// that squashes root) check_working_directory() tries again as the user.
Result<> enter_working_directory(InitContext& context);

/// The directory must be below the container's root: a path like /proc/self/fd/7 could lead out of it
/// (CVE-2024-21626).
Result<> check_working_directory(InitContext& context);

}  // namespace corten::runtime
