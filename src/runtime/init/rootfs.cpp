#include "runtime/init/rootfs.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/mountinfo.hpp"

namespace corten::runtime {
namespace {

bool has_mount_namespace(const InitContext& context) {
  return context.linux_part().find_namespace(oci::NamespaceType::mount) != nullptr;
}

struct RootPropagation {
  sys::Propagation propagation = sys::Propagation::slave;
  sys::Subtree subtree = sys::Subtree::recursive;
};

// Validated by the command; what is not given is "rslave", as runc and crun have it.
RootPropagation parse_root_propagation(std::string_view text) {
  RootPropagation result;
  if (text.empty()) return result;
  result.subtree = text.starts_with('r') ? sys::Subtree::recursive : sys::Subtree::only_this;
  if (text.ends_with("private")) result.propagation = sys::Propagation::none;
  if (text.ends_with("shared")) result.propagation = sys::Propagation::shared;
  if (text.ends_with("unbindable")) result.propagation = sys::Propagation::unbindable;
  return result;
}

// pivot_root(2) refuses a root whose parent mount is shared, and a bind mount on it would show on the host.
Result<> make_parent_private(sys::BorrowedFd directory) {
  const auto status = TRY(sys::fstat(directory));
  if (!status.mount_id) return sys::set_propagation("/", sys::Propagation::slave, sys::Subtree::recursive);
  const auto mounts = TRY(sys::list_mounts());
  for (const auto& mount : mounts) {
    if (mount.mount_id != *status.mount_id) continue;
    if (mount.propagation.empty()) return {};
    return sys::set_propagation(mount.target, sys::Propagation::none, sys::Subtree::only_this);
  }
  return fail(Errc::not_found, "the mount with the id {} is not in the list of mounts", *status.mount_id);
}

Result<sys::UniqueFd> bind_by_call(const InitContext& context, sys::BorrowedFd directory) {
  TRY(sys::bind_mount(directory, directory, {.subtree = sys::Subtree::recursive},
                      {.mount_api = false, .mount_setattr = false}));
  auto covering = TRY(sys::open(context.plan.rootfs, O_PATH | O_DIRECTORY));
  const auto expected = TRY(sys::fstat(directory));
  const auto found = TRY(sys::fstat(covering));
  if (found.same_file(expected)) return covering;
  return fail(Errc::failed_precondition, "'{}' was replaced meanwhile", printable(context.plan.rootfs));
}

Result<sys::UniqueFd> bind_root(const InitContext& context, sys::BorrowedFd directory) {
  auto mount = sys::DetachedMount::clone(directory, sys::Subtree::recursive);
  if (!mount && mount.error().errnum() != ENOSYS && mount.error().errnum() != EPERM) {
    return std::unexpected(std::move(mount).error());
  }
  if (!mount) return bind_by_call(context, directory);
  auto root = TRY(sys::duplicate(mount->fd()));
  auto attached = std::move(*mount).attach(directory);
  if (!attached && attached.error().errnum() == ENOSYS) return bind_by_call(context, directory);
  if (!attached) return std::unexpected(std::move(attached).error());
  return root;
}

// No mount namespace: mounts would be the host's.
Result<> check_nothing_to_mount(const InitContext& context) {
  const auto& linux_part = context.linux_part();
  const bool plain = context.plan.spec.mounts.empty() && linux_part.masked_paths.empty() &&
                     linux_part.readonly_paths.empty() && linux_part.rootfs_propagation.empty() &&
                     !(context.plan.spec.root && context.plan.spec.root->readonly);
  if (plain) return {};
  return with_hint(fail(Errc::invalid_argument,
                        "linux.namespaces: mounts, masked and read-only paths need a "
                        "mount namespace: they would be made on the host"),
                   "add {{\"type\": \"mount\"}}");
}

}  // namespace

Result<> stop_propagation(InitContext& context) {
  if (!has_mount_namespace(context)) return check_nothing_to_mount(context);
  const auto wanted = parse_root_propagation(context.linux_part().rootfs_propagation);
  if (wanted.propagation == sys::Propagation::shared) return {};
  // "unbindable" would forbid the mounts that follow.
  const auto now =
      wanted.propagation == sys::Propagation::none ? sys::Propagation::none : sys::Propagation::slave;
  return sys::set_propagation("/", now, sys::Subtree::recursive);
}

Result<> mount_rootfs(InitContext& context) {
  auto directory = TRY(sys::open(".", O_PATH | O_DIRECTORY));
  if (!has_mount_namespace(context)) {
    context.root = std::move(directory);
    return {};
  }
  TRY(make_parent_private(directory));
  context.root = TRY_CTX(bind_root(context, directory), "'{}'", printable(context.plan.rootfs));
  return {};
}

Result<> make_root_readonly(InitContext& context) {
  if (!context.plan.spec.root || !context.plan.spec.root->readonly) return {};
  return sys::change_mount_attributes(context.root, MOUNT_ATTR_RDONLY, 0);
}

Result<> enter_rootfs(InitContext& context) {
  if (has_mount_namespace(context)) {
    return context.plan.no_pivot ? sys::enter_root_without_pivot(context.root)
                                 : sys::enter_root(context.root);
  }
  if (::fchdir(context.root.get()) != 0 || ::chroot(".") != 0 || ::chdir("/") != 0) {
    const int err = errno;
    return fail_errno(err, "chroot");
  }
  return {};
}

Result<> set_root_propagation(InitContext& context) {
  const auto& text = context.linux_part().rootfs_propagation;
  if (text.empty()) return {};
  const auto wanted = parse_root_propagation(text);
  return sys::set_propagation("/", wanted.propagation, wanted.subtree);
}

}  // namespace corten::runtime
