#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The filter of the plan, loaded at one of three moments. Without no_new_privs loading takes CAP_SYS_ADMIN,
/// so it comes before capabilities are dropped. With it, as late as can be, so that a profile need not allow
/// what the helper itself does; but a listener goes to the command, which is there only until the container
/// is ready.
Result<> load_privileged_seccomp(InitContext& context);
Result<> load_listening_seccomp(InitContext& context);
Result<> load_last_seccomp(InitContext& context);

}  // namespace corten::runtime
