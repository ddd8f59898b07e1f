#include "cgroup/limits/controllers.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/strings.hpp"
#include "cgroup/limits/v1.hpp"
#include "cgroup/limits/v2.hpp"

namespace corten::cgroup {

namespace {

using oci::Resources;

bool positive(const std::optional<std::int64_t>& value) { return value.value_or(0) > 0; }

bool asks_memory(const Resources& resources) {
  if (!resources.memory) return false;
  const auto& memory = *resources.memory;
  constexpr auto kNotGiven = std::numeric_limits<std::uint64_t>::max();
  return positive(memory.limit_bytes) || positive(memory.reservation_bytes) || positive(memory.swap_bytes) ||
         positive(memory.kernel_tcp_bytes) || memory.swappiness.value_or(kNotGiven) != kNotGiven ||
         memory.disable_oom_killer.value_or(false);
}

bool asks_cpu(const Resources& resources) {
  if (!resources.cpu) return false;
  const auto& cpu = *resources.cpu;
  return cpu.shares.value_or(0) != 0 || positive(cpu.quota_us) || cpu.burst_us.value_or(0) != 0 ||
         cpu.idle.value_or(0) != 0 || positive(cpu.realtime_runtime_us);
}

bool asks_cpuset(const Resources& resources) {
  return resources.cpu && (!resources.cpu->cpus.empty() || !resources.cpu->mems.empty());
}

bool asks_pids(const Resources& resources) { return resources.pids && positive(resources.pids->limit); }

bool asks_block_io(const Resources& resources) {
  if (!resources.block_io) return false;
  const auto& io = *resources.block_io;
  return io.weight.value_or(0) != 0 || io.leaf_weight.value_or(0) != 0 || !io.weight_devices.empty() ||
         !io.throttle_read_bps.empty() || !io.throttle_write_bps.empty() || !io.throttle_read_iops.empty() ||
         !io.throttle_write_iops.empty();
}

bool asks_hugetlb(const Resources& resources) { return !resources.hugepage_limits.empty(); }
bool asks_rdma(const Resources& resources) { return !resources.rdma.empty(); }

bool asks_net_cls(const Resources& resources) {
  return resources.network && resources.network->class_id.value_or(0) != 0;
}

bool asks_net_prio(const Resources& resources) {
  return resources.network && !resources.network->priorities.empty();
}

constexpr std::array<Controller, 9> kControllers{{
    {"cpuset", "cpuset", "cpu.cpus", asks_cpuset, apply_cpuset_v1, apply_cpuset_v2},
    {"cpu", "cpu", "cpu", asks_cpu, apply_cpu_v1, apply_cpu_v2},
    {"memory", "memory", "memory", asks_memory, apply_memory_v1, apply_memory_v2},
    {"pids", "pids", "pids", asks_pids, apply_pids_v1, apply_pids_v2},
    {"blkio", "io", "blockIO", asks_block_io, apply_blkio_v1, apply_io_v2},
    {"hugetlb", "hugetlb", "hugepageLimits", asks_hugetlb, apply_hugetlb_v1, apply_hugetlb_v2},
    {"rdma", "rdma", "rdma", asks_rdma, apply_rdma, apply_rdma},
    {"net_cls", "", "network.classID", asks_net_cls, apply_net_cls_v1, nullptr},
    {"net_prio", "", "network.priorities", asks_net_prio, apply_net_prio_v1, nullptr},
}};

}  // namespace

std::span<const Controller> controllers() { return kControllers; }

std::vector<std::string> needed_v2_controllers(const Resources& resources) {
  std::vector<std::string> names;
  for (const auto& each : kControllers) {
    if (!each.v2_name.empty() && each.asked(resources)) names.emplace_back(each.v2_name);
  }
  for (const auto& [key, value] : resources.unified) {
    const auto parts = cut(key, '.');
    if (parts) names.emplace_back(parts->before);
  }
  std::ranges::sort(names);
  const auto rest = std::ranges::unique(names);
  names.erase(rest.begin(), rest.end());
  return names;
}

}  // namespace corten::cgroup
