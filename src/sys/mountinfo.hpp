#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sys/file_status.hpp"

namespace corten::sys {

/// One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)), escapes undone.
struct MountInfo {
  std::uint64_t mount_id = 0;
  std::uint64_t parent_id = 0;
  DeviceNumber device;
  std::string root;    ///< Which directory of the file system is mounted.
  std::string target;  ///< Where, seen from the process's root.
  std::string options;
  std::vector<std::string> propagation;  ///< "shared:7", "master:3"; empty for a private mount.
  std::string type;
  std::string source;
  std::string super_options;
};

/// In the order of the kernel: a later mount on the same target covers the earlier.
Result<std::vector<MountInfo>> parse_mountinfo(std::string_view text);

/// The mounts of this process's namespace.
Result<std::vector<MountInfo>> list_mounts();

}  // namespace corten::sys
