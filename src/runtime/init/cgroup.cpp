#include "runtime/init/cgroup.hpp"

#include <fcntl.h>
#include <sched.h>

#include "runtime/init/namespaces.hpp"
#include "sys/file.hpp"
#include "sys/namespaces.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxCgroupBytes = std::size_t{64} * 1024;

Result<> attach(const InitContext& context) {
  for (const auto place : context.plan.cgroup_files) {
    const auto file = TRY(context.fd_at(place));
    TRY(sys::write_all(file, as_bytes("0")));
  }
  return {};
}

Result<> join_namespace_of_init(const InitContext& context) {
  if (context.linux_part().find_namespace(oci::NamespaceType::cgroup) == nullptr) return {};
  const auto init = TRY(context.fd_at(*context.plan.init_process));
  return sys::setns(init, CLONE_NEWCGROUP);
}

}  // namespace

Result<> enter_cgroup(InitContext& context) {
  TRY(attach(context));
  const auto file = TRY(context.procfs.open_self("cgroup", O_RDONLY));
  context.own_cgroups = TRY(sys::read_all(file, kMaxCgroupBytes));
  if (context.cgroup_namespace) return sys::setns(context.cgroup_namespace, CLONE_NEWCGROUP);
  if (context.is_exec()) return join_namespace_of_init(context);
  if (!makes_namespace(context.linux_part(), oci::NamespaceType::cgroup)) return {};
  return sys::unshare(CLONE_NEWCGROUP);
}

}  // namespace corten::runtime
