#include "runtime/init/steps.hpp"

#include "runtime/init/affinity.hpp"
#include "runtime/init/capabilities.hpp"
#include "runtime/init/cgroup.hpp"
#include "runtime/init/console.hpp"
#include "runtime/init/credentials.hpp"
#include "runtime/init/descriptors.hpp"
#include "runtime/init/devices.hpp"
#include "runtime/init/environment.hpp"
#include "runtime/init/execute.hpp"
#include "runtime/init/hooks.hpp"
#include "runtime/init/host_name.hpp"
#include "runtime/init/labels.hpp"
#include "runtime/init/limits.hpp"
#include "runtime/init/loopback.hpp"
#include "runtime/init/mount/mounts.hpp"
#include "runtime/init/protected_paths.hpp"
#include "runtime/init/rootfs.hpp"
#include "runtime/init/scheduling.hpp"
#include "runtime/init/seccomp.hpp"
#include "runtime/init/session.hpp"
#include "runtime/init/start_gate.hpp"
#include "runtime/init/sysctl.hpp"
#include "runtime/init/working_directory.hpp"

namespace corten::runtime {

std::span<const Step> container_steps() {
  static constexpr Step kSteps[] = {
      {"", wait_for_command},
      {"entering the cgroup", enter_cgroup},
      {"", begin_session},
      {"", join_keyring},
      // Mounts from here on stay in the container; then its root, and what is mounted in it.
      {"", stop_propagation},
      {"mounting the root", mount_rootfs},
      {"", make_mounts},
      {"", make_devices},
      {"", make_console},
      {"", make_working_directory},
      // The root is complete, and hooks may still change it.
      {"", run_runtime_hooks},
      {"", run_create_container_hooks},
      // All that is resolved in the root by descriptor comes before it is entered: then /proc is the
      // container's.
      {"", set_sysctls},
      {"linux.readonlyPaths", make_paths_readonly},
      {"linux.maskedPaths", mask_paths},
      {"root.readonly", make_root_readonly},
      {"entering the root", enter_rootfs},
      {"linux.rootfsPropagation", set_root_propagation},
      {"", set_host_name},
      {"", raise_loopback},
      // From here on the process, step by step less able.
      {"", complete_environment},
      {"", set_personality},
      {"process.scheduler", set_scheduler},
      {"process.ioPriority", set_io_priority},
      {"", set_labels},
      {"", own_standard_streams},
      {"", load_privileged_seccomp},
      {"process.cwd", enter_working_directory},
      {"", drop_bounding_capabilities},
      {"", become_user},
      {"process.cwd", check_working_directory},
      {"", find_program},
      {"", set_capabilities},
      {"process.noNewPrivileges", set_no_new_privileges},
      {"", load_listening_seccomp},
      {"", close_descriptors},
      {"", tell_ready},
      {"", wait_for_start},
      {"", run_start_container_hooks},
      {"", set_resource_limits},
      {"", load_last_seccomp},
      {"", execute_program},
  };
  return kSteps;
}

std::span<const Step> exec_steps() {
  static constexpr Step kSteps[] = {
      {"", wait_for_command},
      {"process.execCPUAffinity.initial", set_initial_affinity},
      {"entering the cgroup", enter_cgroup},
      {"process.execCPUAffinity.final", set_final_affinity},
      {"", begin_session},
      {"", join_keyring},
      {"", make_console},
      {"", complete_environment},
      {"", set_personality},
      {"process.scheduler", set_scheduler},
      {"process.ioPriority", set_io_priority},
      {"", set_labels},
      {"", own_standard_streams},
      {"", load_privileged_seccomp},
      {"process.cwd", enter_working_directory},
      {"", drop_bounding_capabilities},
      {"", become_user},
      {"process.cwd", check_working_directory},
      {"", find_program},
      {"", set_capabilities},
      {"process.noNewPrivileges", set_no_new_privileges},
      {"", load_listening_seccomp},
      {"", close_descriptors},
      {"", tell_ready},
      {"", set_resource_limits},
      {"", load_last_seccomp},
      {"", execute_program},
  };
  return kSteps;
}

}  // namespace corten::runtime
