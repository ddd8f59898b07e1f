#include "runtime/init/mount/cgroup_mount.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "runtime/init/mount/target.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

// One line of /proc/self/cgroup (cgroups(7)) and where its hierarchy is mounted here.
struct Hierarchy {
  std::string controllers;  ///< "cpu,cpuacct", "name=systemd"; empty for v2.
  std::string own;          ///< Our cgroup in it, "/a/b", as the host sees it.
  std::string target;       ///< Where the host has it.
  std::string mount_root;   ///< Which cgroup that mount begins with.
};

bool shows(const sys::MountInfo& mount, std::string_view controllers) {
  if (controllers.empty()) return mount.type == "cgroup2";
  if (mount.type != "cgroup") return false;
  const auto options = split(mount.super_options, ',');
  return std::ranges::all_of(split(controllers, ','), [&](std::string_view controller) {
    return std::ranges::find(options, controller) != options.end();
  });
}

Result<std::vector<Hierarchy>> list_hierarchies(const InitContext& context) {
  const auto mounts = TRY(sys::list_mounts());
  std::vector<Hierarchy> found;
  for (const auto line : split(context.own_cgroups, '\n')) {
    const auto number = cut(line, ':');
    const auto rest = number ? cut(number->after, ':') : std::nullopt;
    if (!rest) continue;
    const auto mount =
        std::ranges::find_if(mounts, [&](const sys::MountInfo& each) { return shows(each, rest->before); });
    if (mount == mounts.end()) continue;
    found.push_back({.controllers = std::string(rest->before),
                     .own = std::string(rest->after),
                     .target = mount->target,
                     .mount_root = mount->root});
  }
  return found;
}

bool has_namespace(const InitContext& context) {
  return context.linux_part().find_namespace(oci::NamespaceType::cgroup) != nullptr;
}

// Our own cgroup as the host's mount shows it.
Result<sys::UniqueFd> open_own_cgroup(const Hierarchy& hierarchy) {
  auto path = hierarchy.own;
  if (hierarchy.mount_root != "/" && path.starts_with(hierarchy.mount_root)) {
    path = path.substr(hierarchy.mount_root.size());
  }
  return sys::open(hierarchy.target + "/" + path, O_PATH | O_DIRECTORY);
}

Result<> bind_own_cgroup(const InitContext& context, const Hierarchy& hierarchy, sys::BorrowedFd target,
                         std::uint64_t attributes) {
  const auto source = TRY(open_own_cgroup(hierarchy));
  return sys::bind_mount(source, target, {.attributes = attributes}, context.kernel);
}

sys::MountRequest request_for(const Hierarchy& hierarchy, std::uint64_t attributes) {
  sys::MountRequest request = {.type = "cgroup", .source = "cgroup", .attributes = attributes};
  if (hierarchy.controllers.starts_with("name=")) {
    request.options.push_back({.key = "none"});
    request.options.push_back({.key = "name", .value = hierarchy.controllers.substr(5)});
    return request;
  }
  for (const auto controller : split(hierarchy.controllers, ',')) {
    request.options.push_back({.key = std::string(controller)});
  }
  return request;
}

Result<> mount_unified(const InitContext& context, const Hierarchy& hierarchy, sys::BorrowedFd target,
                       std::uint64_t attributes) {
  if (has_namespace(context)) {
    auto mounted = sys::mount_filesystem(
        target, {.type = "cgroup2", .source = "cgroup", .attributes = attributes}, context.kernel);
    if (mounted) return {};
    // A user namespace may mount it only together with a cgroup namespace that it owns.
    if (mounted.error().errnum() != EPERM && mounted.error().errnum() != EBUSY) return mounted;
  }
  return bind_own_cgroup(context, hierarchy, target, attributes);
}

Result<> mount_one(const InitContext& context, const Hierarchy& hierarchy, sys::BorrowedFd parent,
                   std::uint64_t attributes) {
  const auto name = std::string(cut_last(hierarchy.target, '/')->after);
  if (const auto made = sys::mkdirat(parent, name, 0755);
      !made && made.error().kind() != Errc::already_exists) {
    return std::unexpected(made.error().clone());
  }
  const auto target = TRY(sys::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  if (hierarchy.controllers.empty()) {
    TRY_CTX(mount_unified(context, hierarchy, target, attributes), "'{}'", name);
  } else if (has_namespace(context)) {
    TRY_CTX(sys::mount_filesystem(target, request_for(hierarchy, attributes), context.kernel), "'{}'", name);
  } else {
    TRY_CTX(bind_own_cgroup(context, hierarchy, target, attributes), "'{}'", name);
  }
  // "cpu" and "cpuacct" as links to "cpu,cpuacct", as systemd and every runtime have it.
  if (hierarchy.controllers.find(',') == std::string::npos) return {};
  for (const auto controller : split(hierarchy.controllers, ',')) {
    if (controller != name) TRY(sys::symlinkat(name, parent, std::string(controller)));
  }
  return {};
}

Result<> mount_all(const InitContext& context, const std::vector<Hierarchy>& hierarchies,
                   const oci::Mount& mount, sys::BorrowedFd target, std::uint64_t attributes) {
  const auto without_ro = attributes & ~static_cast<std::uint64_t>(MOUNT_ATTR_RDONLY);
  TRY(sys::mount_filesystem(target,
                            {.type = "tmpfs",
                             .source = "tmpfs",
                             .options = {{.key = "mode", .value = "755"}},
                             .attributes = without_ro},
                            context.kernel));
  const auto parent = TRY(open_mounted(context, mount.destination));
  for (const auto& hierarchy : hierarchies) TRY(mount_one(context, hierarchy, parent, attributes));
  if (attributes == without_ro) return {};
  return sys::change_mount_attributes(parent, MOUNT_ATTR_RDONLY, 0, sys::Subtree::only_this, context.kernel);
}

}  // namespace

Result<> mount_cgroups(InitContext& context, const oci::Mount& mount, const MountOptions& options) {
  const auto hierarchies = TRY(list_hierarchies(context));
  const auto target = TRY(open_mount_target(context, mount.destination, TargetKind::directory));
  const bool only_unified = hierarchies.size() == 1 && hierarchies.front().controllers.empty();
  if (only_unified) return mount_unified(context, hierarchies.front(), target, options.set);
  if (mount.type == "cgroup2") {
    return fail(Errc::unsupported, "this host has cgroup v1: use the mount type 'cgroup'");
  }
  return mount_all(context, hierarchies, mount, target, options.set);
}

}  // namespace corten::runtime
