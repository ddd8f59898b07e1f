#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/channel.hpp"
#include "runtime/plan.hpp"
#include "sys/detached_mount.hpp"
#include "sys/fd.hpp"
#include "sys/kernel.hpp"
#include "sys/procfs.hpp"

namespace corten::runtime {

/// What the steps of the init helper share. Made by stage 1, which hands it on to stage 2 as a copy of its
/// memory. Descriptors in it are CLOEXEC, so nothing of it reaches the program of the container.
struct InitContext {
  Channel& channel;
  InitPlan plan;
  std::vector<sys::UniqueFd> fds;  ///< Those that the plan numbers.
  sys::Procfs procfs;              ///< Of the host, from before any namespace was entered.
  sys::Kernel kernel = {};

  /// The root of the container as this mount namespace has it, O_PATH; none before the step that mounts it,
  /// and for exec.
  sys::UniqueFd root = {};

  /// Sources of bind mounts, in the order of spec.mounts, that had to be taken before the user namespace was
  /// entered: what its root may not reach by path, and what is shown with mapped owners.
  std::vector<std::optional<sys::DetachedMount>> mount_sources = {};

  bool in_new_user_namespace = false;
  std::string own_cgroups = {};  ///< /proc/self/cgroup as the host sees it.
  sys::UniqueFd cgroup_namespace =
      {};  ///< To join once the cgroup is entered; none for a new or no namespace.
  std::vector<std::string> missing_capabilities = {};  ///< Told as a warning already.
  sys::UniqueFd start_connection = {};                 ///< `start` waits at its other end.

  /// "linux" and "process" of the spec, or empty ones: the command has checked that what must be there is.
  const oci::Linux& linux_part() const;
  const oci::Process& process() const;
  bool is_exec() const { return plan.kind == InitKind::exec; }
  /// Whether others may be in namespaces that this process enters.
  bool joins_namespaces() const;

  /// The descriptor at a place of the plan; invalid_argument when the message had fewer.
  Result<sys::BorrowedFd> fd_at(std::uint32_t place) const;
};

}  // namespace corten::runtime
