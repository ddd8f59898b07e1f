#include "sys/capability_names.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include <fmt/core.h>

#include "base/strings.hpp"

namespace corten::sys {
namespace {

// check_style: data table
// In the order of their numbers: linux/capability.h of kernel 5.9, the last to add one.
constexpr std::array<std::string_view, 41> kNames = {
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
};

}  // namespace

std::string capability_name(int capability) {
  const auto index = static_cast<std::size_t>(capability);
  if (capability < 0 || index >= kNames.size()) return fmt::format("CAP_{}", capability);
  return fmt::format("CAP_{}", kNames[index]);
}

std::optional<int> find_capability(std::string_view name) {
  const std::string upper = to_upper(name);
  std::string_view bare = upper;
  if (bare.starts_with("CAP_")) bare.remove_prefix(4);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == bare) return static_cast<int>(i);
  }
  return std::nullopt;
}

NamedCapabilities read_capability_names(std::span<const std::string> names) {
  NamedCapabilities result;
  for (const auto& name : names) {
    if (const auto number = find_capability(name)) {
      result.mask |= capability_bit(*number);
    } else {
      result.unknown.push_back(name);
    }
  }
  return result;
}

std::vector<std::string> capability_names(CapabilityMask mask) {
  std::vector<std::string> names;
  for (int number = 0; number < 64; ++number) {
    if ((mask & capability_bit(number)) != 0) names.push_back(capability_name(number));
  }
  return names;
}

}  // namespace corten::sys
