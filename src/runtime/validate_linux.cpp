#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "runtime/validate.hpp"

namespace corten::runtime {
namespace {

using oci::NamespaceType;

std::unexpected<Error> wrong(std::string_view field, std::string_view problem) {
  return fail(Errc::invalid_argument, "config.json: linux.{}: {}", field, problem);
}

bool is_one_of(std::string_view text, std::span<const std::string_view> names) {
  return std::ranges::find(names, text) != names.end();
}

bool makes_new(const oci::Linux& part, NamespaceType type) {
  const auto* found = part.find_namespace(type);
  return found != nullptr && found->path.empty();
}

Result<> check_namespaces(const oci::Linux& part) {
  for (std::size_t i = 0; i < part.namespaces.size(); ++i) {
    const auto& path = part.namespaces[i].path;
    if (path.empty()) continue;
    if (path.starts_with('/') && path.find('\0') == std::string::npos) continue;
    return wrong(fmt::format("namespaces[{}].path", i),
                 fmt::format("must be an absolute path, not '{}'", printable(path)));
  }
  return {};
}

Result<> check_id_maps(const oci::Linux& part) {
  const bool any = !part.uid_mappings.empty() || !part.gid_mappings.empty();
  if (any && part.find_namespace(NamespaceType::user) == nullptr) {
    return wrong(part.uid_mappings.empty() ? "gidMappings" : "uidMappings",
                 "needs a user namespace in linux.namespaces");
  }
  if (part.uid_mappings.empty() != part.gid_mappings.empty()) {
    return wrong(part.uid_mappings.empty() ? "uidMappings" : "gidMappings",
                 "is missing: both maps must be given together");
  }
  return {};
}

constexpr std::array<std::string_view, 8> kIpcSysctls = {
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
    "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"};

// The namespace that keeps a sysctl away from the host; nothing for one that is the host's.
struct SysctlHome {
  bool known = false;
  NamespaceType type = NamespaceType::ipc;
};

SysctlHome home_of(const std::string& name) {
  if (is_one_of(name, kIpcSysctls) || name.starts_with("fs.mqueue.")) return {.known = true};
  if (name.starts_with("net.")) return {.known = true, .type = NamespaceType::network};
  if (name == "kernel.domainname" || name == "kernel.hostname")
    return {.known = true, .type = NamespaceType::uts};
  if (name.starts_with("user.")) return {.known = true, .type = NamespaceType::user};
  return {};
}

// "net/ipv4/x" and "net.ipv4.x" are the same; where both occur, the first one separates.
std::string dotted(const std::string& key) {
  std::string name = key;
  const auto first = name.find_first_of("./");
  if (first == std::string::npos || name[first] == '.') return name;
  for (auto& c : name) c = c == '/' ? '.' : (c == '.' ? '/' : c);
  return name;
}

Result<> check_sysctls(const oci::Linux& part) {
  for (const auto& [key, value] : part.sysctl) {
    const auto field = fmt::format("sysctl['{}']", printable(key));
    if (key.find("..") != std::string::npos || key.find('\0') != std::string::npos || key.starts_with('/')) {
      return wrong(field, "is not the name of a sysctl");
    }
    const auto home = home_of(dotted(key));
    if (!home.known) return wrong(field, "is not in a namespace: it would change the host");
    if (part.find_namespace(home.type) == nullptr) {
      return wrong(field, fmt::format("needs a {} namespace in linux.namespaces", oci::to_string(home.type)));
    }
    if (dotted(key) == "kernel.hostname") return wrong(field, "use the member 'hostname' instead");
  }
  return {};
}

Result<> check_paths(const oci::Linux& part) {
  const auto check = [&](const std::vector<std::string>& paths, std::string_view field) -> Result<> {
    for (const auto& path : paths) {
      if (!path.starts_with('/') || path.find('\0') != std::string::npos) {
        return wrong(field, fmt::format("must be absolute paths, not '{}'", printable(path)));
      }
    }
    if (!paths.empty() && part.find_namespace(NamespaceType::mount) == nullptr) {
      return wrong(field, "needs a mount namespace in linux.namespaces");
    }
    return {};
  };
  TRY(check(part.masked_paths, "maskedPaths"));
  return check(part.readonly_paths, "readonlyPaths");
}

Result<> check_devices(const oci::Linux& part) {
  constexpr std::array<std::string_view, 4> kTypes = {"c", "u", "b", "p"};
  for (std::size_t i = 0; i < part.devices.size(); ++i) {
    const auto& device = part.devices[i];
    const auto field = fmt::format("devices[{}]", i);
    if (!is_one_of(device.type, kTypes)) {
      return wrong(field + ".type", fmt::format("'{}' is none of c, u, b and p", printable(device.type)));
    }
    if (!device.path.starts_with('/') || device.path.find('\0') != std::string::npos) {
      return wrong(field + ".path",
                   fmt::format("must be an absolute path, not '{}'", printable(device.path)));
    }
    if (device.type != "p" && (device.major < 0 || device.minor < 0)) {
      return wrong(field, "major and minor must not be negative");
    }
  }
  return {};
}

Result<> check_time_offsets(const oci::Linux& part) {
  if (part.time_offsets.empty()) return {};
  for (const auto& [clock, offset] : part.time_offsets) {
    if (clock != "monotonic" && clock != "boottime") {
      return wrong("timeOffsets", fmt::format("unknown clock '{}'", printable(clock)));
    }
    if (offset.nanoseconds >= 1'000'000'000U) {
      return wrong(fmt::format("timeOffsets.{}.nanosecs", clock), "must be less than 1000000000");
    }
  }
  if (!makes_new(part, NamespaceType::time)) {
    return wrong("timeOffsets", "needs a new time namespace in linux.namespaces");
  }
  return {};
}

Result<> check_seccomp(const oci::Seccomp& seccomp) {
  bool notifies = seccomp.default_action == oci::SeccompAction::notify;
  for (const auto& call : seccomp.syscalls) notifies = notifies || call.action == oci::SeccompAction::notify;
  if (seccomp.default_action == oci::SeccompAction::notify) {
    return wrong("seccomp.defaultAction", "SCMP_ACT_NOTIFY cannot be the default");
  }
  if (notifies && seccomp.listener_path.empty()) {
    return wrong("seccomp.listenerPath", "is missing, SCMP_ACT_NOTIFY needs it");
  }
  if (seccomp.listener_path.empty() && !seccomp.listener_metadata.empty()) {
    return wrong("seccomp.listenerMetadata", "needs listenerPath");
  }
  return {};
}

Result<> check_words(const oci::Linux& part) {
  constexpr std::array<std::string_view, 8> kPropagations = {
      "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"};
  if (!part.rootfs_propagation.empty() && !is_one_of(part.rootfs_propagation, kPropagations)) {
    return wrong("rootfsPropagation", fmt::format("unknown mode '{}'", printable(part.rootfs_propagation)));
  }
  if (part.personality) {
    if (part.personality->domain != "LINUX" && part.personality->domain != "LINUX32") {
      return wrong("personality.domain",
                   fmt::format("unknown domain '{}'", printable(part.personality->domain)));
    }
    // config-linux.md: "Currently no flag values are supported."
    if (!part.personality->flags.empty()) {
      return wrong("personality.flags",
                   fmt::format("no flag is defined, found '{}'", printable(part.personality->flags.front())));
    }
  }
  return {};
}

}  // namespace

Result<> validate_linux(const oci::Spec& spec) {
  const auto& part = *spec.linux_part;
  TRY(check_namespaces(part));
  TRY(check_id_maps(part));
  TRY(check_sysctls(part));
  TRY(check_paths(part));
  TRY(check_devices(part));
  TRY(check_time_offsets(part));
  TRY(check_words(part));
  if (part.seccomp) TRY(check_seccomp(*part.seccomp));
  if (part.intel_rdt) {
    return fail(Errc::unsupported, "config.json: linux.intelRdt: this runtime has no support for resctrl");
  }
  if (!part.net_devices.empty()) {
    return fail(Errc::unsupported,
                "config.json: linux.netDevices: this runtime does not move network devices");
  }
  return {};
}

}  // namespace corten::runtime
