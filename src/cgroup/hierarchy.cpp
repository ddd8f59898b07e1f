#include "cgroup/hierarchy.hpp"

#include <algorithm>
#include <optional>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"

namespace corten::cgroup {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} * 1024 * 1024;

// The part of `path` below `root`; nothing when it is not below.
std::optional<std::string> path_below(std::string_view path, std::string_view root) {
  if (root == "/") return std::string(path);
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.empty()) return "/";
  if (path.front() != '/') return std::nullopt;
  return std::string(path);
}

bool has_option(std::string_view options, std::string_view wanted) {
  const auto parts = split(options, ',');
  return std::ranges::find(parts, wanted) != parts.end();
}

bool shows(const sys::MountInfo& mount, const Hierarchy& hierarchy) {
  if (hierarchy.unified) return mount.type == "cgroup2";
  return mount.type == "cgroup" && std::ranges::all_of(hierarchy.controllers, [&](const std::string& each) {
           return has_option(mount.super_options, each);
         });
}

// Of several mounts of one hierarchy, the one that shows most.
const sys::MountInfo* find_mount(const std::vector<sys::MountInfo>& mounts, const Hierarchy& hierarchy) {
  const sys::MountInfo* best = nullptr;
  for (const auto& mount : mounts) {
    if (!shows(mount, hierarchy)) continue;
    if (best == nullptr || (best->root != "/" && mount.root == "/")) best = &mount;
  }
  return best;
}

}  // namespace

Layout layout_of(const std::vector<Hierarchy>& hierarchies) {
  bool v1 = false;
  bool v2 = false;
  for (const auto& each : hierarchies) {
    if (each.unified) {
      v2 = true;
    } else if (!each.name().starts_with("name=")) {
      v1 = true;
    }
  }
  if (v1) return v2 ? Layout::hybrid : Layout::v1;
  return v2 ? Layout::v2 : Layout::none;
}

std::string_view to_string(Layout layout) {
  switch (layout) {
    case Layout::none:
      return "none";
    case Layout::v1:
      return "v1";
    case Layout::hybrid:
      return "hybrid";
    case Layout::v2:
      return "v2";
  }
  return "none";
}

std::string Hierarchy::name() const { return join(controllers, ","); }

bool Hierarchy::has(std::string_view controller) const {
  return std::ranges::find(controllers, controller) != controllers.end();
}

const Hierarchy* Host::find_unified() const {
  const auto found = std::ranges::find_if(hierarchies, &Hierarchy::unified);
  return found == hierarchies.end() ? nullptr : &*found;
}

Result<std::vector<Membership>> parse_memberships(std::string_view text) {
  std::vector<Membership> memberships;
  for (const auto line : split(text, '\n')) {
    if (line.empty()) continue;
    const auto id = cut(line, ':');  // the path may hold colons, the names before it cannot
    const auto names = id ? cut(id->after, ':') : std::nullopt;
    if (!names || !names->after.starts_with('/')) {
      return fail(Errc::data_loss, "/proc/PID/cgroup: no 'number:controllers:/path' in '{}'", line);
    }
    memberships.push_back({.hierarchy = std::string(names->before), .path = std::string(names->after)});
  }
  return memberships;
}

Result<Host> parse_host(std::string_view mountinfo, std::string_view own_cgroups) {
  const auto mounts = TRY(sys::parse_mountinfo(mountinfo));
  const auto memberships = TRY(parse_memberships(own_cgroups));
  Host host;
  for (const auto& own : memberships) {
    Hierarchy hierarchy;
    hierarchy.unified = own.hierarchy.empty();
    for (const auto each : split(own.hierarchy, ',')) {
      if (!each.empty()) hierarchy.controllers.emplace_back(each);
    }
    const auto* mount = find_mount(mounts, hierarchy);
    if (mount == nullptr) continue;
    hierarchy.mount_point = mount->target;
    hierarchy.own_path = path_below(own.path, mount->root).value_or("/");
    host.hierarchies.push_back(std::move(hierarchy));
  }
  // /proc/self/cgroup has the newest first, v2 last.
  std::ranges::reverse(host.hierarchies);
  std::ranges::rotate(host.hierarchies, std::ranges::find(host.hierarchies, false, &Hierarchy::unified));
  host.layout = layout_of(host.hierarchies);
  return host;
}

Result<Host> detect_host() {
  const auto here = sys::BorrowedFd::cwd();
  const auto mountinfo = TRY(sys::read_file(here, "/proc/self/mountinfo", kMaxFileBytes));
  const auto own = TRY(sys::read_file(here, "/proc/self/cgroup", kMaxFileBytes));
  auto host = TRY_CTX(parse_host(mountinfo, own), "finding the cgroups of this machine");
  return host;
}

}  // namespace corten::cgroup
