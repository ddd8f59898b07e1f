#include "cgroup/cgroup.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/scope_exit.hpp"
#include "cgroup/limits/controllers.hpp"
#include "cgroup/make_directory.hpp"
#include "cgroup/patience.hpp"
#include "cgroup/systemd/bus.hpp"
#include "cgroup/tree.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"

namespace corten::cgroup {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1024} * 1024;

bool is_refusal(const Error& error) {
  const int err = error.errnum();
  return err == EACCES || err == EPERM || err == EROFS;
}

// The v2 controllers that only v2 can give on this host.
std::vector<std::string> unified_needs(const Host& host, const oci::Resources* resources) {
  if (resources == nullptr) return {};
  auto names = needed_v2_controllers(*resources);
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::any_of(host.hierarchies, [&](const Hierarchy& each) {
      return each.has(name == "io" ? std::string_view("blkio") : std::string_view(name));
    });
  });
  return names;
}

bool is_used(const Host& host, const Hierarchy& hierarchy, const oci::Resources* resources) {
  if (!hierarchy.unified || host.layout == Layout::v2) return true;
  // Each hierarchy costs time at every start.
  return !unified_needs(host, resources).empty() || (resources != nullptr && !resources->unified.empty());
}

}  // namespace

Location Cgroup::locate(const Host& host, const CreateOptions& options, const CgroupPath& path) {
  Location location;
  for (const auto& hierarchy : host.hierarchies) {
    if (!is_used(host, hierarchy, options.resources)) continue;
    location.places.push_back({.hierarchy = hierarchy, .path = place_in(hierarchy, path)});
  }
  return location;
}

Result<Location> Cgroup::plan(const Host& host, const CreateOptions& options) {
  const auto path = TRY(parse_cgroups_path(options.cgroups_path, options.id));
  return locate(host, options, path);
}

Result<Cgroup> Cgroup::create(const Host& host, const CreateOptions& options) {
  const auto path = TRY(parse_cgroups_path(options.cgroups_path, options.id));
  auto cgroup = TRY(make(host, options, path));
  auto free = cgroup.refuse_occupied();
  if (free) return cgroup;
  cgroup.remove_new();
  return std::unexpected(std::move(free).error());
}

void Cgroup::remove_new() noexcept {
  for (const auto& part : parts_) {
    if (part.is_new) (void)remove_part(part);
  }
}

Result<Cgroup> Cgroup::make(const Host& host, const CreateOptions& options, const CgroupPath& path) {
  Cgroup cgroup;
  cgroup.privilege_ = options.privilege;
  cgroup.layout_ = host.layout;
  std::optional<std::vector<std::string>> wanted;
  ScopeExit undo([&] { cgroup.remove_new(); });
  for (const auto& hierarchy : host.hierarchies) {
    if (!is_used(host, hierarchy, options.resources)) continue;
    if (host.layout == Layout::hybrid) wanted = unified_needs(host, options.resources);
    auto mount = TRY(Directory::open(hierarchy.mount_point));
    const auto place = place_in(hierarchy, path);
    auto made = make_cgroup(mount, hierarchy, place, wanted);
    if (!made && options.privilege == Privilege::limited && is_refusal(made.error())) {
      cgroup.refusal_ = made.error().message();
      continue;
    }
    if (!made) {
      return with_hint(with_frame(std::move(made).error(), "making the container's cgroup"),
                       "root may make cgroups, others only where one has been delegated to them");
    }
    cgroup.location_.places.push_back({.hierarchy = hierarchy, .path = place});
    cgroup.parts_.push_back({.mount = std::move(mount),
                             .dir = std::move(made->dir),
                             .place = cgroup.location_.places.size() - 1,
                             .is_new = made->is_new});
  }
  undo.release();
  return cgroup;
}

Result<> Cgroup::refuse_occupied() const {
  const auto running = TRY(pids());
  if (running.empty()) return {};
  return with_hint(fail(Errc::failed_precondition, "the cgroup '{}' has processes already ({} of them)",
                        find_processes()->path(), running.size()),
                   "choose another linux.cgroupsPath, or end the processes");
}

Result<Cgroup> Cgroup::open(const Location& location) {
  Cgroup cgroup;
  cgroup.location_ = location;
  std::vector<Hierarchy> hierarchies;
  for (std::size_t i = 0; i < location.places.size(); ++i) {
    const auto& place = location.places[i];
    hierarchies.push_back(place.hierarchy);
    auto mount = Directory::open(place.hierarchy.mount_point);
    if (!mount && mount.error().kind() == Errc::not_found) continue;
    if (!mount) return std::unexpected(std::move(mount).error());
    auto dir = mount->open_below(place.path);
    if (!dir && dir.error().kind() == Errc::not_found) continue;
    if (!dir) return std::unexpected(std::move(dir).error());
    cgroup.parts_.push_back({.mount = std::move(*mount), .dir = std::move(*dir), .place = i});
  }
  cgroup.layout_ = layout_of(hierarchies);
  if (location.places.empty()) cgroup.refusal_ = "the container was made without a cgroup";
  return cgroup;
}

const Directory* Cgroup::find_v1(std::string_view controller) const {
  for (const auto& part : parts_) {
    if (hierarchy_of(part).has(controller)) return &part.dir;
  }
  return nullptr;
}

const Directory* Cgroup::find_v2() const {
  for (const auto& part : parts_) {
    if (hierarchy_of(part).unified) return &part.dir;
  }
  return nullptr;
}

const Directory* Cgroup::find_processes() const {
  if (const auto* dir = find_v2()) return dir;
  if (const auto* dir = find_v1("freezer")) return dir;
  return parts_.empty() ? nullptr : &parts_.front().dir;
}

// The path below the cgroup, "" for itself. What a container manages itself may be anywhere by the time of
// the answer: then the kernel refuses to take the process.
Result<std::string> Cgroup::find_v2_entrance(const Part& part, pid_t beside) const {
  const auto given_away = TRY(part.dir.find_text("cgroup.subtree_control"));
  if (given_away.empty()) return "";
  const auto text =
      sys::read_file(sys::BorrowedFd::cwd(), "/proc/" + std::to_string(beside) + "/cgroup", kMaxFileBytes);
  if (!text) return "";  // it has ended
  const auto above = "/" + location_.places[part.place].path + "/";
  const auto memberships = TRY(parse_memberships(*text));
  for (const auto& each : memberships) {
    if (each.hierarchy.empty() && each.path.starts_with(above)) return each.path.substr(above.size());
  }
  return "";
}

Result<AttachFiles> Cgroup::open_attach_files(const std::string& below, pid_t beside) const {
  AttachFiles files;
  for (const auto& part : parts_) {
    auto path = below;
    if (path.empty() && beside > 0 && hierarchy_of(part).unified) path = TRY(find_v2_entrance(part, beside));
    std::optional<Directory> deeper;
    if (!path.empty()) deeper = TRY(part.dir.open_below(path));
    const auto& dir = deeper ? *deeper : part.dir;
    if (!hierarchy_of(part).unified) {
      auto file = TRY(dir.open_for_writing("tasks"));
      files.v1.push_back(std::move(file));
      continue;
    }
    files.v2 = TRY(dir.open_for_writing("cgroup.procs"));
    files.v2_directory = TRY(sys::duplicate(dir.fd()));
  }
  return files;
}

Result<Stats> Cgroup::stats() const {
  Stats stats;
  for (const auto& part : parts_) {
    for (const auto& each : hierarchy_of(part).controllers) TRY(read_v1_stats(part.dir, each, stats));
  }
  if (const auto* dir = find_v2()) TRY(read_v2_stats(*dir, stats));
  return stats;
}

Result<std::optional<std::uint64_t>> Cgroup::oom_kills() const {
  if (const auto* dir = find_v1("memory")) return dir->find_keyed("memory.oom_control", "oom_kill");
  if (const auto* dir = find_v2()) return dir->find_keyed("memory.events", "oom_kill");
  return std::nullopt;
}

Result<> Cgroup::remove_part(const Part& part) const {
  const auto& path = location_.places[part.place].path;
  // Nearly always nothing is below it, and listing that in every hierarchy would cost more than this.
  if (sys::unlinkat(part.mount.fd(), path, sys::Removed::directory)) return {};
  Patience patience;
  while (true) {
    auto below = TRY(list_tree(part.dir));
    std::ranges::reverse(below);
    Result<> last;
    for (const auto& each : below) {
      const auto place = each == "." ? path : fmt::format("{}/{}", path, each);
      last = sys::unlinkat(part.mount.fd(), place, sys::Removed::directory);
      // A child that stays keeps its parents: the last answer is that of the cgroup itself.
    }
    if (last || last.error().errnum() == ENOENT) return {};
    const int err = last.error().errnum();
    if ((err != EBUSY && err != ENOTEMPTY) || !patience.pause()) {
      return with_frame(std::move(last).error(), "removing the cgroup '{}'", part.dir.path());
    }
  }
}

Result<> Cgroup::destroy() {
  // systemd forgets a scope that is empty; asking it to is what removes one that has children.
  if (location_.unit) TRY(stop_unit(location_.manager, location_.unit->name));
  for (const auto& part : parts_) TRY(remove_part(part));
  return {};
}

}  // namespace corten::cgroup
