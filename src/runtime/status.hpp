#pragma once

#include "base/result.hpp"
#include "oci/runtime_spec/state.hpp"
#include "runtime/state_store.hpp"

namespace corten::runtime {

/// What the container's process is doing now, found out by looking: stopped when the recorded process is gone
/// (or a zombie), creating without one, created while start.sock is there, paused when its cgroup is frozen.
Result<oci::ContainerStatus> current_status(const ContainerDirectory& directory,
                                            const ContainerRecord& record);

/// A container as verbs find it: `open` with record and status. not_found for none; a directory whose record
/// was never written counts as one being created while its lock is held, else as stopped.
struct FoundContainer {
  ContainerDirectory directory;
  ContainerRecord record;
  oci::ContainerStatus status;
  bool damaged = false;  ///< Its record cannot be read: found by force only.
};
Result<FoundContainer> find_container(const std::string& root, const ContainerId& id);

}  // namespace corten::runtime
