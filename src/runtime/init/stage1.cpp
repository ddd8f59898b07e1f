#include "runtime/init/stage1.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/strings.hpp"
#include "runtime/init/context.hpp"
#include "runtime/init/dumpable.hpp"
#include "runtime/init/mount_sources.hpp"
#include "runtime/init/namespaces.hpp"
#include "runtime/init/outer_limits.hpp"
#include "runtime/init/stage2.hpp"
#include "runtime/init/time_offsets.hpp"
#include "sys/clone.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/namespaces.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxPlanBytes = std::size_t{16} * 1024 * 1024;

Result<InitContext> receive_plan(Channel& channel) {
  auto message = TRY(channel.expect(MessageType::plan));
  if (message.fds.empty()) return fail(Errc::data_loss, "the plan came without its descriptor");
  const auto text = TRY(sys::read_all(message.fds.front(), kMaxPlanBytes));
  auto plan = TRY(parse_plan(text));
  auto procfs = TRY(sys::Procfs::open());
  return InitContext{.channel = channel,
                     .plan = std::move(plan),
                     .fds = std::move(message.fds),
                     .procfs = std::move(procfs)};
}

// Root of the user namespace, without the groups of whoever called us (CVE-2022-36109). setgroups may be
// forbidden there, with the caller's own group alone in it; then nothing can be dropped and nothing is
// gained.
Result<> become_root_inside() {
  if (::setgroups(0, nullptr) != 0 && errno != EPERM) {
    const int err = errno;
    return fail_errno(err, "dropping supplementary groups in the user namespace");
  }
  if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0) {
    const int err = errno;
    return with_hint(fail_errno(err, "becoming root of the user namespace"),
                     "linux.uidMappings and linux.gidMappings must map the id 0");
  }
  return {};
}

Result<> make_user_namespace(InitContext& context) {
  TRY_CTX(sys::unshare(CLONE_NEWUSER), "making a user namespace");
  {
    const DumpableWindow window;
    TRY(context.channel.send(MessageType::need_id_maps));
    TRY(context.channel.expect(MessageType::id_maps_written));
  }
  context.in_new_user_namespace = true;
  return become_root_inside();
}

Result<> join_user_namespace(InitContext& context, sys::BorrowedFd fd) {
  const auto own = TRY(sys::open_namespace("user"));
  const bool ours = TRY(sys::same_namespace(own, fd));
  if (ours) return {};  // the kernel refuses to enter the one we are in
  TRY_CTX(sys::setns(fd, CLONE_NEWUSER), "joining the user namespace");
  context.in_new_user_namespace = true;
  return become_root_inside();
}

Result<> enter_user_namespace(InitContext& context, const std::vector<JoinedNamespace>& joined) {
  for (const auto& each : joined) {
    if (each.type == oci::NamespaceType::user) return join_user_namespace(context, each.fd);
  }
  if (!makes_namespace(context.linux_part(), oci::NamespaceType::user)) return {};
  return make_user_namespace(context);
}

// The mount namespace last: it changes what paths mean. The cgroup namespace is left to stage 2, which enters
// the cgroup first.
Result<> join_others(InitContext& context, std::vector<JoinedNamespace>& joined) {
  JoinedNamespace* mount = nullptr;
  for (auto& each : joined) {
    if (each.type == oci::NamespaceType::user) continue;
    if (each.type == oci::NamespaceType::cgroup) {
      context.cgroup_namespace = std::move(each.fd);
    } else if (each.type == oci::NamespaceType::mount) {
      mount = &each;
    } else {
      TRY_CTX(sys::setns(each.fd, namespace_flag(each.type)), "joining the {} namespace",
              oci::to_string(each.type));
    }
  }
  if (mount != nullptr) TRY_CTX(sys::setns(mount->fd, CLONE_NEWNS), "joining the mount namespace");
  return {};
}

// The directory is carried over into the new mount namespace, so its path need not be reachable for the root
// of the user namespace.
Result<> stand_in_rootfs(const InitContext& context) {
  if (::chdir(context.plan.rootfs.c_str()) != 0) {
    const int err = errno;
    return fail_errno(err, "root.path: changing to '{}'", printable(context.plan.rootfs));
  }
  return {};
}

Result<> enter_container_namespaces(InitContext& context) {
  auto joined = TRY(open_joined_namespaces(context.linux_part()));
  TRY(stand_in_rootfs(context));
  TRY(take_mount_sources(context));
  TRY(enter_user_namespace(context, joined));
  TRY(join_others(context, joined));
  const int flags = flags_of_new_namespaces(context.linux_part());
  if (flags != 0) TRY(sys::unshare(flags));
  TRY_CTX(set_time_offsets(context), "linux.timeOffsets");
  return {};
}

// /proc/PID/root is a link that the kernel makes up: it leads to the directory itself. This /proc is the
// host's.
Result<> enter_root_of_init(const InitContext& context) {
  const auto path = fmt::format("{}/root", context.plan.state.pid);
  const auto root = TRY(sys::openat(context.procfs.fd(), path, O_PATH | O_DIRECTORY));
  if (::fchdir(root.get()) != 0 || ::chroot(".") != 0) {
    const int err = errno;
    return fail_errno(err, "entering the root of the container");
  }
  return {};
}

// Where there are no pidfds. All are opened before the first is entered: in its user namespace we may be
// refused.
Result<> enter_namespaces_one_by_one(InitContext& context, sys::BorrowedFd process) {
  auto joined = TRY(open_namespaces_of(process, context.linux_part()));
  TRY(enter_user_namespace(context, joined));
  TRY(join_others(context, joined));
  const bool has_mounts = context.linux_part().find_namespace(oci::NamespaceType::mount) != nullptr;
  return has_mounts ? Result<>() : enter_root_of_init(context);
}

// For exec: those namespaces of the container's process that the spec lists. setns(2) with a pidfd
// (kernel 5.8) takes them all or none.
Result<> enter_namespaces_of_init(InitContext& context) {
  if (!context.plan.init_process) return fail(Errc::invalid_argument, "the plan of an exec names no process");
  const auto init = TRY(context.fd_at(*context.plan.init_process));
  const auto status = TRY(sys::fstat(init));
  if (status.is_directory()) return enter_namespaces_one_by_one(context, init);
  int flags = 0;
  for (const auto& entry : context.linux_part().namespaces) flags |= namespace_flag(entry.type);
  if ((flags & CLONE_NEWUSER) != 0) {
    const auto theirs =
        TRY(sys::readlinkat(context.procfs.fd(), fmt::format("{}/ns/user", context.plan.state.pid)));
    const auto ours = TRY(sys::readlinkat(context.procfs.fd(), "self/ns/user"));
    if (theirs != ours) {
      TRY_CTX(sys::setns(init, CLONE_NEWUSER), "joining the user namespace of the container");
      context.in_new_user_namespace = true;
      TRY(become_root_inside());
    }
  }
  const int others = flags & ~(CLONE_NEWUSER | CLONE_NEWCGROUP);
  if (others != 0) TRY_CTX(sys::setns(init, others), "joining the namespaces of the container");
  // A container without a mount namespace has only a root of its own.
  return (flags & CLONE_NEWNS) != 0 ? Result<>() : enter_root_of_init(context);
}

Result<> announce(InitContext& context, const sys::Clone& clone) {
  const sys::BorrowedFd fds[] = {clone.pidfd};
  return context.channel.send(MessageType::init_process, std::to_string(clone.pid), fds);
}

}  // namespace

Result<> run_stage1(Channel& channel) {
  auto context = TRY(receive_plan(channel));
  TRY(set_outer_limits(context));
  if (context.joins_namespaces()) forbid_dumping();
  if (context.is_exec()) {
    TRY(enter_namespaces_of_init(context));
  } else {
    TRY(enter_container_namespaces(context));
  }
  const auto clone = TRY_CTX(sys::clone_sibling(), "starting the process of the container");
  if (clone.pid == 0) run_stage2(context);
  return announce(context, clone);
}

}  // namespace corten::runtime
