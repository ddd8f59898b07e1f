#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_view.hpp"

// "linux.resources" of runtime-spec config-linux.md: what cgroups limit. Absent is "leave as it is".
namespace corten::oci {

/// A rule of the devices controller. No number means every number.
struct DeviceRule {
  bool allow = false;
  std::string type{};  ///< "a" all, "c" or "u" character, "b" block, "p" pipe; empty means "a".
  std::optional<std::int64_t> major{};
  std::optional<std::int64_t> minor{};
  std::string access{};  ///< Of "rwm".
  JsonValue extra{};

  bool operator==(const DeviceRule&) const = default;
};

/// Bytes; -1 is no limit.
struct MemoryResources {
  std::optional<std::int64_t> limit_bytes{};
  std::optional<std::int64_t> reservation_bytes{};
  std::optional<std::int64_t> swap_bytes{};  ///< Memory and swap together.
  std::optional<std::int64_t> kernel_bytes{};
  std::optional<std::int64_t> kernel_tcp_bytes{};
  std::optional<std::uint64_t> swappiness{};
  std::optional<bool> disable_oom_killer{};
  std::optional<bool> use_hierarchy{};
  std::optional<bool> check_before_update{};
  JsonValue extra{};

  bool operator==(const MemoryResources&) const = default;
};

/// Times in microseconds.
struct CpuResources {
  std::optional<std::uint64_t> shares{};
  std::optional<std::int64_t> quota_us{};
  std::optional<std::uint64_t> burst_us{};
  std::optional<std::uint64_t> period_us{};
  std::optional<std::int64_t> realtime_runtime_us{};
  std::optional<std::uint64_t> realtime_period_us{};
  std::string cpus{};  ///< "0-3,7"
  std::string mems{};
  std::optional<std::int64_t> idle{};
  JsonValue extra{};

  bool operator==(const CpuResources&) const = default;
};

struct PidsResources {
  std::optional<std::int64_t> limit{};  ///< 0 and less is no limit for runtimes of version 1.2 and before.
  JsonValue extra{};

  bool operator==(const PidsResources&) const = default;
};

struct WeightDevice {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::optional<std::uint16_t> weight{};
  std::optional<std::uint16_t> leaf_weight{};
  JsonValue extra{};

  bool operator==(const WeightDevice&) const = default;
};

/// A limit in bytes or operations a second.
struct ThrottleDevice {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::uint64_t rate = 0;
  JsonValue extra{};

  bool operator==(const ThrottleDevice&) const = default;
};

struct BlockIoResources {
  std::optional<std::uint16_t> weight{};
  std::optional<std::uint16_t> leaf_weight{};
  std::vector<WeightDevice> weight_devices{};
  std::vector<ThrottleDevice> throttle_read_bps{};
  std::vector<ThrottleDevice> throttle_write_bps{};
  std::vector<ThrottleDevice> throttle_read_iops{};
  std::vector<ThrottleDevice> throttle_write_iops{};
  JsonValue extra{};

  bool operator==(const BlockIoResources&) const = default;
};

struct HugepageLimit {
  std::string page_size;  ///< "2MB", "1GB"
  std::uint64_t limit_bytes = 0;
  JsonValue extra{};

  bool operator==(const HugepageLimit&) const = default;
};

struct InterfacePriority {
  std::string name;
  std::uint32_t priority = 0;
  JsonValue extra{};

  bool operator==(const InterfacePriority&) const = default;
};

struct NetworkResources {
  std::optional<std::uint32_t> class_id{};
  std::vector<InterfacePriority> priorities{};
  JsonValue extra{};

  bool operator==(const NetworkResources&) const = default;
};

struct RdmaLimit {
  std::optional<std::uint32_t> hca_handles{};
  std::optional<std::uint32_t> hca_objects{};
  JsonValue extra{};

  bool operator==(const RdmaLimit&) const = default;
};

/// Also what `update --resources` reads.
struct Resources {
  std::vector<DeviceRule> devices{};
  std::optional<MemoryResources> memory{};
  std::optional<CpuResources> cpu{};
  std::optional<PidsResources> pids{};
  std::optional<BlockIoResources> block_io{};
  std::vector<HugepageLimit> hugepage_limits{};
  std::optional<NetworkResources> network{};
  std::map<std::string, RdmaLimit> rdma{};       ///< By device: "mlx5_1".
  std::map<std::string, std::string> unified{};  ///< File of a v2 cgroup to its content.
  JsonValue extra{};

  bool operator==(const Resources&) const = default;
};

Result<> read_json(const JsonView& view, Resources& out);
Json to_json(const Resources& resources);

}  // namespace corten::oci
