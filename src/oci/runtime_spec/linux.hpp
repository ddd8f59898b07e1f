#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"
#include "oci/enum_names.hpp"
#include "oci/runtime_spec/mounts.hpp"
#include "oci/runtime_spec/resources.hpp"
#include "oci/runtime_spec/seccomp.hpp"

// The member "linux" of runtime-spec config-linux.md.
namespace corten::oci {

/// An unknown type is an error, as the specification demands: a container with one namespace less than asked
/// for would be less of a jail.
enum class NamespaceType : std::uint8_t { pid, network, mount, ipc, uts, user, cgroup, time };
std::span<const std::string_view> names_of(NamespaceType);

/// A namespace of the container's own, or an existing one to join.
struct Namespace {
  NamespaceType type = NamespaceType::pid;
  std::string path{};  ///< Empty: make a new one.
  JsonValue extra{};

  bool operator==(const Namespace&) const = default;
};

/// A device node to make.
struct Device {
  std::string path;
  std::string type;  ///< "c", "u", "b" or "p"
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::optional<std::uint32_t> file_mode{};
  std::optional<std::uint32_t> uid{};
  std::optional<std::uint32_t> gid{};
  JsonValue extra{};

  bool operator==(const Device&) const = default;
};

/// A network device of the host to move into the container; its new name there. runtime-spec 1.3.
struct NetDevice {
  std::string name{};
  JsonValue extra{};

  bool operator==(const NetDevice&) const = default;
};

/// resctrl: cache and memory bandwidth.
struct IntelRdt {
  std::string clos_id{};
  std::string l3_cache_schema{};
  std::string mem_bw_schema{};
  bool enable_cmt = false;
  bool enable_mbm = false;
  JsonValue extra{};

  bool operator==(const IntelRdt&) const = default;
};

struct Personality {
  std::string domain;  ///< "LINUX" or "LINUX32"
  std::vector<std::string> flags{};
  JsonValue extra{};

  bool operator==(const Personality&) const = default;
};

/// Added to a clock of the time namespace.
struct TimeOffset {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  JsonValue extra{};

  bool operator==(const TimeOffset&) const = default;
};

struct Linux {
  std::vector<IdMapping> uid_mappings{};
  std::vector<IdMapping> gid_mappings{};
  std::map<std::string, std::string> sysctl{};
  std::optional<Resources> resources{};
  std::string cgroups_path{};
  std::vector<Namespace> namespaces{};
  std::vector<Device> devices{};
  std::map<std::string, NetDevice> net_devices{};  ///< By the name on the host.
  std::optional<Seccomp> seccomp{};
  std::string
      rootfs_propagation{};  ///< "private", "slave", "shared", "unbindable" and their recursive forms.
  std::vector<std::string> masked_paths{};
  std::vector<std::string> readonly_paths{};
  std::string mount_label{};
  std::optional<IntelRdt> intel_rdt{};
  std::optional<Personality> personality{};
  std::map<std::string, TimeOffset> time_offsets{};  ///< By clock: "monotonic", "boottime".
  JsonValue extra{};

  bool operator==(const Linux&) const = default;

  /// The entry for a type, or null if the container shares the runtime's. Owned by this object.
  const Namespace* find_namespace(NamespaceType type) const;
};

/// Refuses a namespace type that occurs twice.
Result<> read_json(const JsonView& view, Linux& out);
Json to_json(const Linux& linux_part);

}  // namespace corten::oci
