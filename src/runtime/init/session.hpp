#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Waits until the command knows this process (its pid is in the state, its cgroup is there).
Result<> wait_for_command(InitContext& context);

/// A session of its own, without the terminal of whoever called us: what it can type with TIOCSTI is its own.
Result<> begin_session(InitContext& context);

/// A session keyring of the container's own ("_ses.ID"), which exec joins again, so that the caller's keys
/// stay with the caller (keyrings(7)). Kernels and sandboxes without keyrings have no keys to share.
Result<> join_keyring(InitContext& context);

/// Who starts the container: everything is there now.
Result<> tell_ready(InitContext& context);

}  // namespace corten::runtime
