#include "runtime/container_cgroup.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"

namespace corten::runtime {
namespace {

cgroup::CreateOptions options_for(const Settings& settings, const CgroupRequest& request) {
  const auto& resources = request.linux_part.resources;
  return {
      .cgroups_path = request.linux_part.cgroups_path,
      .id = request.id,
      .privilege = settings.rootless ? cgroup::Privilege::limited : cgroup::Privilege::full,
      .resources = resources ? &*resources : nullptr,
  };
}

cgroup::SystemdManager manager_of(const Settings& settings) {
  return settings.rootless ? cgroup::SystemdManager::user : cgroup::SystemdManager::system;
}

Result<cgroup::Cgroup> make_empty_cgroup(const Settings& settings, const CgroupRequest& request,
                                         const cgroup::Host& host) {
  const auto options = options_for(settings, request);
  if (!settings.systemd_cgroup) return cgroup::Cgroup::create(host, options);
  return cgroup::Cgroup::create_by_systemd(
      host, options, {.manager = manager_of(settings), .first_process = request.first_process});
}

}  // namespace

Result<PlannedCgroup> plan_cgroup(const Settings& settings, const CgroupRequest& request) {
  auto host = TRY(cgroup::detect_host());
  const auto options = options_for(settings, request);
  auto location = settings.systemd_cgroup
                      ? cgroup::Cgroup::plan_by_systemd(host, options, manager_of(settings))
                      : cgroup::Cgroup::plan(host, options);
  if (!location) return with_frame(std::move(location).error(), "making the cgroup");
  return PlannedCgroup{.host = std::move(host), .location = std::move(*location)};
}

Result<cgroup::Cgroup> make_cgroup(const Settings& settings, const CgroupRequest& request,
                                   const PlannedCgroup& planned) {
  auto made = TRY_CTX(make_empty_cgroup(settings, request, planned.host), "making the cgroup");
  const auto& resources = request.linux_part.resources;
  // Without resources the device rules that every container has still apply.
  auto applied = made.apply(resources ? *resources : oci::Resources{}, cgroup::Applied::at_creation);
  if (applied) return made;
  (void)made.destroy();
  return with_frame(std::move(applied).error(), "limiting the cgroup");
}

JsonValue to_record(const cgroup::Location& location) { return JsonValue(cgroup::to_json(location)); }

Result<std::optional<cgroup::Cgroup>> open_cgroup(const ContainerRecord& record) {
  if (record.cgroup.empty()) return std::nullopt;
  const auto view = TRY(JsonView::of_object(record.cgroup.get(), "state.json: cgroup"));
  const auto location = TRY(cgroup::parse_location(view));
  return cgroup::Cgroup::open(location);
}

}  // namespace corten::runtime
