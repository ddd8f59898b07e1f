#include "runtime/status.hpp"

#include <utility>

#include "runtime/container_cgroup.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {
namespace {

Result<bool> is_alive(const sys::PidIdentity& identity) {
  if (identity.pid <= 0) return false;
  const auto process = sys::open_process(identity);
  if (!process && process.error().kind() == Errc::not_found) return false;
  if (!process) return std::unexpected(process.error().clone());
  const auto ended = TRY(process->has_ended());
  return !ended;
}

Result<bool> is_being_made(const ContainerDirectory& directory) {
  const auto lock = TRY(directory.try_lock());
  return !lock.has_value();
}

bool is_paused(const ContainerRecord& record) {
  const auto cgroup = open_cgroup(record);
  if (!cgroup || !*cgroup) return false;
  const auto frozen = (*cgroup)->is_frozen();
  return frozen && *frozen;
}

}  // namespace

Result<oci::ContainerStatus> current_status(const ContainerDirectory& directory,
                                            const ContainerRecord& record) {
  const auto alive = TRY(is_alive(record.process));
  if (!alive) {
    if (record.process.pid > 0) return oci::ContainerStatus::stopped;
    const auto being_made = TRY(is_being_made(directory));
    return being_made ? oci::ContainerStatus::creating : oci::ContainerStatus::stopped;
  }
  if (!record.created_whole) return oci::ContainerStatus::creating;
  if (directory.waits_for_start()) return oci::ContainerStatus::created;
  return is_paused(record) ? oci::ContainerStatus::paused : oci::ContainerStatus::running;
}

Result<FoundContainer> find_container(const std::string& root, const ContainerId& id) {
  auto directory = TRY(StateStore(root).open(id));
  auto record = directory.load();
  if (!record && record.error().kind() != Errc::not_found) return std::unexpected(std::move(record).error());
  ContainerRecord known = record ? std::move(*record) : ContainerRecord{};
  if (known.id.empty()) known.id = id.text();
  const auto status = TRY(current_status(directory, known));
  return FoundContainer{.directory = std::move(directory), .record = std::move(known), .status = status};
}

}  // namespace corten::runtime
