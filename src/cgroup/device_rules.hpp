#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "oci/runtime_spec/resources.hpp"

/// Which devices a container may use: runtime-spec config-linux.md, "Allowed Device list".
///
/// What a list means here, the same for v1 and v2: each of the accesses read, write and mknod is decided by
/// itself, by the last rule that matches type, numbers and that access; without one it is denied. An open for
/// reading and writing needs both.
namespace corten::cgroup {

enum class DeviceType : std::uint8_t { block, character };

constexpr std::uint8_t kDeviceRead = 1;
constexpr std::uint8_t kDeviceWrite = 2;
constexpr std::uint8_t kDeviceMknod = 4;
constexpr std::uint8_t kDeviceAll = kDeviceRead | kDeviceWrite | kDeviceMknod;

/// A checked rule; no type or number means all.
struct DeviceEntry {
  bool allow = false;
  std::optional<DeviceType> type{};
  std::optional<std::uint32_t> major_number{};
  std::optional<std::uint32_t> minor_number{};
  std::uint8_t access = kDeviceAll;

  bool operator==(const DeviceEntry&) const = default;
};

/// The rules of the bundle, then those that every container gets, as with runc: null, zero, full, random,
/// urandom, tty, console, ptmx, pts/*, and mknod of everything (a node is useless without the right to open
/// it). At the end, so that a bundle's "deny all" does not take them. invalid_argument names the field.
Result<std::vector<DeviceEntry>> container_device_rules(std::span<const oci::DeviceRule> rules);

/// "c 1:3 rw", "b *:* m", "a *:* rwm": one line of devices.allow.
std::string to_string(const DeviceEntry& entry);

/// The state of a v1 devices cgroup that means the same as a list of rules.
struct V1Devices {
  bool allow_rest = false;                ///< What holds for devices that no exception names.
  std::vector<DeviceEntry> exceptions{};  ///< The opposite of allow_rest.
};

/// v1 keeps one default and a list of exceptions (Documentation/admin-guide/cgroup-v1/devices.rst); a rule
/// that would cut a hole into a wider exception is silently ignored by the kernel. Such a list is
/// `unsupported`.
Result<V1Devices> to_v1_devices(std::span<const DeviceEntry> rules);

}  // namespace corten::cgroup
