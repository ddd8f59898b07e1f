#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

/// The processes of a container, sorted; numbers of this pid namespace. failed_precondition for a stopped
/// one. Without a cgroup it is the first process alone.
Result<std::vector<pid_t>> processes(const Settings& settings, const ContainerId& id);

/// What the host's `ps ARGUMENTS` ("-ef" for none) prints of them: its heading and their lines.
Result<std::string> process_table(const std::vector<pid_t>& pids, const std::vector<std::string>& arguments);

/// The heading of what ps printed, and the lines whose column PID is among `pids`; unsupported without that
/// column.
Result<std::string> select_processes(std::string_view output, const std::vector<pid_t>& pids);

}  // namespace corten::runtime
