#include "runtime/update.hpp"

#include "runtime/container_cgroup.hpp"
#include "runtime/status.hpp"

namespace corten::runtime {

Result<> update(const Settings& settings, const ContainerId& id, const oci::Resources& resources) {
  const auto found = TRY(find_container(settings.root, id));
  const auto lock = TRY(found.directory.lock());
  const auto status = TRY(current_status(found.directory, found.record));
  if (status == oci::ContainerStatus::stopped) {
    return fail(Errc::failed_precondition, "container '{}' is stopped: it has no limits to change",
                id.text());
  }
  if (resources == oci::Resources{}) return {};
  auto cgroup = TRY(open_cgroup(found.record));
  if (!cgroup || cgroup->location().places.empty()) {
    return fail(Errc::unsupported, "container '{}' has no cgroup, and without one no limits", id.text());
  }
  TRY_CTX(cgroup->apply(resources, cgroup::Applied::as_update), "updating container '{}'", id.text());
  return {};
}

}  // namespace corten::runtime
