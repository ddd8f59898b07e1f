#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "oci/runtime_spec/hooks.hpp"
#include "oci/runtime_spec/state.hpp"
#include "runtime/interruption.hpp"
#include "sys/fd.hpp"

namespace corten::runtime {

struct HookRun {
  std::string_view point;                ///< For messages: "prestart".
  const oci::State& state;               ///< What each hook reads on its standard input.
  sys::BorrowedFd directory;             ///< Their working directory: the bundle (runtime-spec config.md).
  Interruption* interruption = nullptr;  ///< A signal that it takes kills the hook that runs: `canceled`.
};

/// Runs the hooks one after the other and stops at the first that fails: that cannot be executed, does not
/// end with status 0, or runs longer than its timeout, in which case its process group is killed. The error
/// names the hook and has the end of what it printed. Used by the command and by the init helper, which has
/// one thread.
Result<> run_hooks(const std::vector<oci::Hook>& hooks, const HookRun& run);

/// As run_hooks, but every hook is run, and what fails is a warning in the log: runtime-spec runtime.md,
/// poststop.
void run_all_hooks(const std::vector<oci::Hook>& hooks, const HookRun& run);

}  // namespace corten::runtime
