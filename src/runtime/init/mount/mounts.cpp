#include "runtime/init/mount/mounts.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include <cerrno>

#include "base/strings.hpp"
#include "runtime/init/mount/cgroup_mount.hpp"
#include "runtime/init/mount/copy_up.hpp"
#include "runtime/init/mount/options.hpp"
#include "runtime/init/mount/target.hpp"
#include "runtime/init/namespaces.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::runtime {
namespace {

Result<> set_propagations(const InitContext& context, const std::string& destination,
                          const MountOptions& options) {
  if (options.propagation.empty()) return {};
  const auto mounted = TRY(open_mounted(context, destination));
  for (const auto& [propagation, subtree] : options.propagation) {
    TRY(sys::set_propagation(sys::proc_path(mounted), propagation, subtree));
  }
  return {};
}

Result<> set_recursive_attributes(const InitContext& context, const std::string& destination,
                                  const MountOptions& options) {
  if (options.recursive_set == 0 && options.recursive_clear == 0) return {};
  const auto mounted = TRY(open_mounted(context, destination));
  return sys::change_mount_attributes(mounted, options.recursive_set, options.recursive_clear,
                                      sys::Subtree::recursive, context.kernel);
}

Result<sys::UniqueFd> open_source(const InitContext& context, const oci::Mount& mount,
                                  const MountOptions& options) {
  const int flags = O_PATH | (options.follow_source ? 0 : O_NOFOLLOW);
  // Relative sources are of the bundle: config.md.
  const auto bundle = TRY(sys::open(context.plan.bundle, O_PATH | O_DIRECTORY));
  return sys::openat(bundle, mount.source, flags);
}

Result<sys::UniqueFd> open_bind_target(const InitContext& context, const oci::Mount& mount,
                                       sys::BorrowedFd source) {
  const auto status = TRY(sys::fstat(source));
  auto target = TRY(open_mount_target(context, mount.destination,
                                      status.is_directory() ? TargetKind::directory : TargetKind::file));
  TRY(check_covers_proc(context, source, mount.destination));
  return target;
}

// One that stage 1 took out of the host's mount namespace: it must not stay a peer of the host's. False where
// move_mount(2) is missing though open_tree(2) was not, as some filters have it.
Result<bool> attach_taken(const InitContext& context, const oci::Mount& mount, const MountOptions& options,
                          sys::DetachedMount source) {
  const auto target = TRY(open_bind_target(context, mount, source.fd()));
  auto slave = source.set_attributes({.propagation = sys::Propagation::slave}, sys::Subtree::recursive);
  if (!slave && slave.error().errnum() != ENOSYS) return std::unexpected(std::move(slave).error());
  const auto mounted = TRY(sys::duplicate(source.fd()));
  auto attached = std::move(source).attach(target);
  if (!attached && attached.error().errnum() == ENOSYS && options.id_mapped == IdMapped::no) return false;
  if (!attached) return std::unexpected(std::move(attached).error());
  TRY(sys::change_mount_attributes(mounted, options.set, options.clear, sys::Subtree::only_this,
                                   context.kernel));
  return true;
}

Result<> bind_by_path(const InitContext& context, const oci::Mount& mount, const MountOptions& options) {
  const auto source = TRY(open_source(context, mount, options));
  const auto target = TRY(open_bind_target(context, mount, source));
  const sys::BindRequest request = {
      .subtree = options.bind == BindKind::recursive ? sys::Subtree::recursive : sys::Subtree::only_this,
      .attributes = options.set,
      .cleared = options.clear,
  };
  return sys::bind_mount(source, target, request, context.kernel);
}

Result<> bind(InitContext& context, std::size_t index, const MountOptions& options) {
  const auto& mount = context.plan.spec.mounts[index];
  bool done = false;
  if (index < context.mount_sources.size() && context.mount_sources[index]) {
    done = TRY(attach_taken(context, mount, options, std::move(*context.mount_sources[index])));
    context.mount_sources[index].reset();
  }
  if (!done) TRY(bind_by_path(context, mount, options));
  TRY(set_recursive_attributes(context, mount.destination, options));
  return set_propagations(context, mount.destination, options);
}

bool is_kernel_view(const oci::Mount& mount) { return mount.type == "proc" || mount.type == "sysfs"; }

// The kernel gives a user namespace its own /proc and /sys only where its pid and network namespaces are its
// own; then those of the host are shown, as crun and podman do it.
bool may_show_hosts(const InitContext& context, const oci::Mount& mount, const Error& error) {
  if (error.errnum() != EPERM && error.errnum() != EBUSY) return false;
  const auto type = mount.type == "proc" ? oci::NamespaceType::pid : oci::NamespaceType::network;
  return is_kernel_view(mount) && !makes_namespace(context.linux_part(), type);
}

Result<> show_hosts(const InitContext& context, const oci::Mount& mount, sys::BorrowedFd target,
                    std::uint64_t attributes) {
  const auto source = TRY(sys::open(mount.type == "proc" ? "/proc" : "/sys", O_PATH | O_DIRECTORY));
  sys::BindRequest request = {
      .subtree = sys::Subtree::recursive, .attributes = attributes, .attributes_on = sys::Subtree::recursive};
  // What is mounted below, such as the cgroups, must not be writable where this is not (CVE-2023-25809).
  auto bound = sys::bind_mount(source, target, request, context.kernel);
  if (bound || bound.error().kind() != Errc::unsupported) return bound;
  request.attributes_on = sys::Subtree::only_this;
  return sys::bind_mount(source, target, request, context.kernel);
}

// Shared by all that mount them, or not on a device: "ro" is for this mount, not for the file system.
bool has_superblock_of_its_own(const std::string& type) {
  static constexpr std::string_view kShared[] = {"proc",   "sysfs",   "tmpfs",    "devpts",     "mqueue",
                                                 "cgroup", "cgroup2", "devtmpfs", "securityfs", "debugfs"};
  for (const auto shared : kShared) {
    if (type == shared) return false;
  }
  return true;
}

sys::MountRequest request_for(const InitContext& context, const oci::Mount& mount,
                              const MountOptions& options) {
  sys::MountRequest request = {
      .type = mount.type, .source = mount.source, .options = options.data, .attributes = options.set};
  if ((options.set & MOUNT_ATTR_RDONLY) != 0 && has_superblock_of_its_own(mount.type)) {
    request.options.insert(request.options.begin(), {.key = "ro"});
  }
  const auto& label = context.linux_part().mount_label;
  if (!label.empty() && !is_kernel_view(mount)) request.options.push_back({.key = "context", .value = label});
  return request;
}

Result<> mount_new(InitContext& context, const oci::Mount& mount, const MountOptions& options) {
  sys::UniqueFd target;
  if (is_kernel_view(mount)) {
    target = TRY(open_plain_target(context, mount.destination));
  } else {
    target = TRY(open_mount_target(context, mount.destination, TargetKind::directory));
    TRY(check_covers_proc(context, std::nullopt, mount.destination));
  }
  auto request = request_for(context, mount, options);
  const bool copies = options.copy_up && mount.type == "tmpfs";
  if (copies) {
    TRY(mount_with_copy(context, target, request));
  } else {
    auto mounted = sys::mount_filesystem(target, request, context.kernel);
    if (!mounted && !may_show_hosts(context, mount, mounted.error())) return mounted;
    if (!mounted) TRY(show_hosts(context, mount, target, options.set));
  }
  TRY(set_recursive_attributes(context, mount.destination, options));
  return set_propagations(context, mount.destination, options);
}

Result<> remount(const InitContext& context, const oci::Mount& mount, const MountOptions& options) {
  const auto mounted = TRY(open_mounted(context, mount.destination));
  TRY(sys::change_mount_attributes(mounted, options.set, options.clear, sys::Subtree::only_this,
                                   context.kernel));
  TRY(set_recursive_attributes(context, mount.destination, options));
  return set_propagations(context, mount.destination, options);
}

Result<> make_mount(InitContext& context, std::size_t index) {
  const auto& mount = context.plan.spec.mounts[index];
  const auto options = parse_mount_options(mount);
  if (options.remount) return remount(context, mount, options);
  if (options.is_bind()) return bind(context, index, options);
  if (mount.type == "cgroup" || mount.type == "cgroup2") {
    TRY(mount_cgroups(context, mount, options));
    return set_propagations(context, mount.destination, options);
  }
  return mount_new(context, mount, options);
}

}  // namespace

Result<> make_mounts(InitContext& context) {
  const auto& mounts = context.plan.spec.mounts;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const auto& what = mounts[i].source.empty() ? mounts[i].type : mounts[i].source;
    TRY_CTX(make_mount(context, i), "mounts[{}]: mounting '{}' to '{}'", i, printable(what),
            printable(mounts[i].destination));
  }
  return {};
}

}  // namespace corten::runtime
