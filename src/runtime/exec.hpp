#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/exec_process.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

struct ExecOptions {
  ContainerId id;
  std::string process_file = {};  ///< A JSON document with the whole process; then `changes` do not count.
  ProcessChanges changes = {};
  std::string console_socket = {};  ///< Where the terminal is sent to; empty for none.
  std::string pid_file = {};        ///< Gets the process number, written as a whole; empty for none.
  std::string pidfd_socket = {};    ///< Where a pidfd of the process is sent to; empty for none.
  std::string cgroup = {};          ///< Below the container's cgroup: "a/b".
  std::uint32_t preserve_fds = 0;
  bool detach = false;         ///< Return when the program runs.
  bool ignore_paused = false;  ///< Else a paused container is failed_precondition.
};

/// Runs one more process in a container that is created or runs: in its namespaces, its cgroup, its root,
/// with its seccomp filter and no more privileges than `changes` or the document say. The value is the
/// program's exit status, 128 + n for signal n; 0 when detached. What keeps the program from being executed
/// is an error.
Result<int> exec(const Settings& settings, const ExecOptions& options);

}  // namespace corten::runtime
