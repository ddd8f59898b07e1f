#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// process.apparmorProfile and process.selinuxLabel, which take effect with the program's execve.
/// `unsupported` when the kernel does not run that security module: the program would be less confined than
/// asked for.
Result<> set_labels(InitContext& context);

}  // namespace corten::runtime
