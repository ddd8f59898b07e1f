#include "runtime/pause.hpp"

#include "runtime/container_cgroup.hpp"
#include "runtime/status.hpp"

namespace corten::runtime {
namespace {

struct Pausable {
  FoundContainer container;
  sys::FileLock lock;
  cgroup::Cgroup cgroup;
};

Result<Pausable> find_pausable(const Settings& settings, const ContainerId& id) {
  auto found = TRY(find_container(settings.root, id));
  auto lock = TRY(found.directory.lock());
  // What another command did while we waited.
  found.status = TRY(current_status(found.directory, found.record));
  auto cgroup = TRY(open_cgroup(found.record));
  if (!cgroup || cgroup->location().places.empty()) {
    return with_hint(fail(Errc::unsupported, "container '{}' has no cgroup that could be frozen", id.text()),
                     "a rootless container has one where the user's cgroup is delegated");
  }
  return Pausable{.container = std::move(found), .lock = std::move(lock), .cgroup = std::move(*cgroup)};
}

std::unexpected<Error> wrong_status(const ContainerId& id, oci::ContainerStatus status,
                                    std::string_view verb) {
  return fail(Errc::failed_precondition, "cannot {} container '{}': it is {}", verb, id.text(),
              oci::to_string(status));
}

}  // namespace

Result<> pause(const Settings& settings, const ContainerId& id) {
  auto found = TRY(find_pausable(settings, id));
  const auto status = found.container.status;
  if (status != oci::ContainerStatus::running && status != oci::ContainerStatus::created) {
    return wrong_status(id, status, "pause");
  }
  TRY_CTX(found.cgroup.freeze(), "pausing container '{}'", id.text());
  return {};
}

Result<> resume(const Settings& settings, const ContainerId& id) {
  auto found = TRY(find_pausable(settings, id));
  // A created one that was paused still shows as created.
  const auto frozen = TRY(found.cgroup.is_frozen());
  if (!frozen) return wrong_status(id, found.container.status, "resume");
  TRY_CTX(found.cgroup.thaw(), "resuming container '{}'", id.text());
  return {};
}

}  // namespace corten::runtime
