#include "cgroup/cgroup.hpp"

#include <algorithm>

#include "cgroup/patience.hpp"
#include "cgroup/systemd/bus.hpp"
#include "cgroup/systemd/properties.hpp"
#include "sys/file.hpp"

namespace corten::cgroup {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} * 1024 * 1024;

// Where systemd has put the process: it keeps v2, or on older layouts the hierarchy "name=systemd".
Result<std::string> read_place(pid_t pid, Layout layout) {
  const auto file = "/proc/" + std::to_string(pid) + "/cgroup";
  const auto text = TRY(sys::read_file(sys::BorrowedFd::cwd(), file, kMaxFileBytes));
  const auto memberships = TRY(parse_memberships(text));
  const std::string_view wanted = layout == Layout::v2 ? "" : "name=systemd";
  const auto found = std::ranges::find(memberships, wanted, &Membership::hierarchy);
  if (found == memberships.end()) {
    return fail(Errc::unsupported, "systemd has no cgroup hierarchy here ('{}' has no '{}')", file, wanted);
  }
  return found->path;
}

// The job is only queued when systemd answers.
Result<std::string> wait_for_place(pid_t pid, const std::string& unit, Layout layout) {
  Patience patience(std::chrono::seconds(30));
  while (true) {
    auto place = TRY(read_place(pid, layout));
    if (place.ends_with("/" + unit)) return place;
    if (!patience.pause()) {
      return with_hint(fail(Errc::unavailable, "systemd did not move process {} into '{}'; it is in '{}'",
                            pid, unit, place),
                       "'systemctl status {}' may say why", unit);
    }
  }
}

Result<std::string> place_of_slice(const SystemdUnit& unit) {
  auto path = TRY(expand_slice(unit.name));
  return "/" + path;
}

}  // namespace

Result<Location> Cgroup::plan_by_systemd(const Host& host, const CreateOptions& options,
                                         SystemdManager manager) {
  const auto unit = TRY(parse_systemd_path(options.cgroups_path, options.id, manager));
  Location location;
  // A user's manager has its slices below a cgroup that only it knows.
  if (manager == SystemdManager::system) {
    const auto slice = TRY(expand_slice(unit.is_slice() ? unit.name : unit.slice));
    const auto path = unit.is_slice() ? slice : slice.empty() ? unit.name : slice + "/" + unit.name;
    location = locate(host, options, {.from = CgroupPath::From::root, .path = path});
  }
  location.unit = unit;
  location.manager = manager;
  return location;
}

Result<Cgroup> Cgroup::create_by_systemd(const Host& host, const CreateOptions& options,
                                         const SystemdOptions& systemd) {
  const auto unit = TRY(parse_systemd_path(options.cgroups_path, options.id, systemd.manager));
  const oci::Resources none;
  const auto& resources = options.resources != nullptr ? *options.resources : none;
  const auto properties = TRY(unit_properties(unit, systemd.first_process, host.layout, resources));
  TRY_CTX(start_unit(systemd.manager, unit.name, properties), "making the container's cgroup");
  auto place =
      unit.is_slice() ? place_of_slice(unit) : wait_for_place(systemd.first_process, unit.name, host.layout);
  auto cgroup = place ? make(host, options, {.from = CgroupPath::From::root, .path = place->substr(1)})
                      : Result<Cgroup>(std::unexpected(std::move(place).error()));
  if (!cgroup) {
    (void)stop_unit(systemd.manager, unit.name);
    return cgroup;
  }
  cgroup->location_.unit = unit;
  cgroup->location_.manager = systemd.manager;
  return cgroup;
}

}  // namespace corten::cgroup
