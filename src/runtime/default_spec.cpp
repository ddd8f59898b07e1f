#include "runtime/default_spec.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace corten::runtime {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kCapabilities[] = {
    "CAP_AUDIT_WRITE", "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",    "CAP_FSETID",
    "CAP_KILL",        "CAP_MKNOD",   "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",   "CAP_SETFCAP",
    "CAP_SETGID",      "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT"};

constexpr std::string_view kMaskedPaths[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",  // the rhythm of the host's keyboard and network
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",  // power as a side channel: CVE-2020-8694
    "/proc/scsi",
};

constexpr std::string_view kReadonlyPaths[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                               "/proc/sysrq-trigger"};

Names names_of(std::span<const std::string_view> names) { return {names.begin(), names.end()}; }

oci::Process shell() {
  const Names capabilities = names_of(kCapabilities);
  return {
      .terminal = true,
      .args = {"sh"},
      .env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"},
      .cwd = "/",
      // None inheritable (CVE-2022-24769) and none ambient: a user other than root gets none.
      .capabilities =
          oci::Capabilities{.bounding = capabilities, .effective = capabilities, .permitted = capabilities},
      .rlimits = {{.type = "RLIMIT_NOFILE", .soft = 1024, .hard = 1024}},
      .no_new_privileges = true};
}

std::vector<oci::Mount> mounts() {
  return {
      {.destination = "/proc", .type = "proc", .source = "proc"},
      {.destination = "/dev",
       .type = "tmpfs",
       .source = "tmpfs",
       .options = {"nosuid", "strictatime", "mode=755", "size=65536k"}},
      {.destination = "/dev/pts",
       .type = "devpts",
       .source = "devpts",
       .options = {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
      {.destination = "/dev/shm",
       .type = "tmpfs",
       .source = "shm",
       .options = {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
      {.destination = "/dev/mqueue",
       .type = "mqueue",
       .source = "mqueue",
       .options = {"nosuid", "noexec", "nodev"}},
      {.destination = "/sys",
       .type = "sysfs",
       .source = "sysfs",
       .options = {"nosuid", "noexec", "nodev", "ro"}},
      {.destination = "/sys/fs/cgroup",
       .type = "cgroup",
       .source = "cgroup",
       .options = {"nosuid", "noexec", "nodev", "relatime", "ro"}},
  };
}

oci::Linux isolation() {
  oci::Linux result{.masked_paths = names_of(kMaskedPaths), .readonly_paths = names_of(kReadonlyPaths)};
  // Nothing is allowed but the devices that the runtime itself makes.
  result.resources.emplace().devices = {{.allow = false, .access = "rwm"}};
  for (const auto type : {oci::NamespaceType::pid, oci::NamespaceType::network, oci::NamespaceType::ipc,
                          oci::NamespaceType::uts, oci::NamespaceType::mount, oci::NamespaceType::cgroup}) {
    result.namespaces.push_back({.type = type});
  }
  return result;
}

// In a user namespace with one id: group 5 has no number in it, sysfs belongs to the network namespace, which
// is the host's, and cgroups may be out of reach.
void make_rootless(oci::Spec& spec, RootlessUser user) {
  for (auto& mount : spec.mounts) {
    std::erase(mount.options, "gid=5");
    if (mount.destination != "/sys") continue;
    mount.type = "none";
    mount.source = "/sys";
    mount.options = {"rbind", "nosuid", "noexec", "nodev", "ro"};
  }
  auto& part = *spec.linux_part;
  part.resources.reset();
  part.uid_mappings = {{.container_id = 0, .host_id = user.uid, .size = 1}};
  part.gid_mappings = {{.container_id = 0, .host_id = user.gid, .size = 1}};
  std::erase_if(part.namespaces, [](const auto& it) { return it.type == oci::NamespaceType::network; });
  part.namespaces.push_back({.type = oci::NamespaceType::user});
}

}  // namespace

oci::Spec default_spec(std::optional<RootlessUser> rootless) {
  oci::Spec spec{.oci_version = std::string(oci::kRuntimeSpecVersion),
                 .process = shell(),
                 .root = oci::Root{.path = "rootfs", .readonly = true},
                 .hostname = "corten",
                 .mounts = mounts(),
                 .linux_part = isolation()};
  if (rootless) make_rootless(spec, *rootless);
  return spec;
}

std::span<const std::string_view> default_capabilities() { return kCapabilities; }
std::span<const std::string_view> default_masked_paths() { return kMaskedPaths; }
std::span<const std::string_view> default_readonly_paths() { return kReadonlyPaths; }

}  // namespace corten::runtime
