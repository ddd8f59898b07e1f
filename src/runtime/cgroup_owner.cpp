#include "runtime/cgroup_owner.hpp"

#include <algorithm>

namespace corten::runtime {
namespace {

bool has_own_cgroup_namespace(const oci::Linux& linux_part) {
  const auto* found = linux_part.find_namespace(oci::NamespaceType::cgroup);
  return found != nullptr && found->path.empty();
}

bool mounts_it_writable(const oci::Spec& spec) {
  return std::ranges::any_of(spec.mounts, [](const oci::Mount& each) {
    return each.source == "cgroup" && each.destination == "/sys/fs/cgroup" &&
           std::ranges::find(each.options, "ro") == each.options.end();
  });
}

std::optional<std::uint32_t> host_id(const oci::Linux& linux_part, std::uint32_t uid) {
  const auto* user_namespace = linux_part.find_namespace(oci::NamespaceType::user);
  if (user_namespace == nullptr) return uid;
  if (!user_namespace->path.empty()) return std::nullopt;
  for (const auto& each : linux_part.uid_mappings) {
    // The subtraction cannot wrap, where an addition could.
    if (uid >= each.container_id && uid - each.container_id < each.size) {
      return each.host_id + (uid - each.container_id);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> cgroup_owner(const oci::Spec& spec) {
  if (!spec.linux_part || !spec.process) return std::nullopt;
  if (!has_own_cgroup_namespace(*spec.linux_part) || !mounts_it_writable(spec)) return std::nullopt;
  return host_id(*spec.linux_part, spec.process->user.uid);
}

}  // namespace corten::runtime
