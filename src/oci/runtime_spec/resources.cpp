#include "oci/runtime_spec/resources.hpp"

#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<DeviceRule> auto& rule) {
  visit("allow", rule.allow, Presence::required);
  visit("type", rule.type);
  visit("major", rule.major);
  visit("minor", rule.minor);
  visit("access", rule.access);
}

void fields(auto& visit, Is<MemoryResources> auto& memory) {
  visit("limit", memory.limit_bytes);
  visit("reservation", memory.reservation_bytes);
  visit("swap", memory.swap_bytes);
  visit("kernel", memory.kernel_bytes);
  visit("kernelTCP", memory.kernel_tcp_bytes);
  visit("swappiness", memory.swappiness);
  visit("disableOOMKiller", memory.disable_oom_killer);
  visit("useHierarchy", memory.use_hierarchy);
  visit("checkBeforeUpdate", memory.check_before_update);
}

void fields(auto& visit, Is<CpuResources> auto& cpu) {
  visit("shares", cpu.shares);
  visit("quota", cpu.quota_us);
  visit("burst", cpu.burst_us);
  visit("period", cpu.period_us);
  visit("realtimeRuntime", cpu.realtime_runtime_us);
  visit("realtimePeriod", cpu.realtime_period_us);
  visit("cpus", cpu.cpus);
  visit("mems", cpu.mems);
  visit("idle", cpu.idle);
}

void fields(auto& visit, Is<PidsResources> auto& pids) { visit("limit", pids.limit); }

void fields(auto& visit, Is<WeightDevice> auto& device) {
  visit("major", device.major, Presence::required);
  visit("minor", device.minor, Presence::required);
  visit("weight", device.weight);
  visit("leafWeight", device.leaf_weight);
}

void fields(auto& visit, Is<ThrottleDevice> auto& device) {
  visit("major", device.major, Presence::required);
  visit("minor", device.minor, Presence::required);
  visit("rate", device.rate, Presence::required);
}

void fields(auto& visit, Is<BlockIoResources> auto& block_io) {
  visit("weight", block_io.weight);
  visit("leafWeight", block_io.leaf_weight);
  visit("weightDevice", block_io.weight_devices);
  visit("throttleReadBpsDevice", block_io.throttle_read_bps);
  visit("throttleWriteBpsDevice", block_io.throttle_write_bps);
  visit("throttleReadIOPSDevice", block_io.throttle_read_iops);
  visit("throttleWriteIOPSDevice", block_io.throttle_write_iops);
}

void fields(auto& visit, Is<HugepageLimit> auto& limit) {
  visit("pageSize", limit.page_size, Presence::required);
  visit("limit", limit.limit_bytes, Presence::required);
}

void fields(auto& visit, Is<InterfacePriority> auto& priority) {
  visit("name", priority.name, Presence::required);
  visit("priority", priority.priority, Presence::required);
}

void fields(auto& visit, Is<NetworkResources> auto& network) {
  visit("classID", network.class_id);
  visit("priorities", network.priorities);
}

void fields(auto& visit, Is<RdmaLimit> auto& limit) {
  visit("hcaHandles", limit.hca_handles);
  visit("hcaObjects", limit.hca_objects);
}

void fields(auto& visit, Is<Resources> auto& resources) {
  visit("devices", resources.devices);
  visit("memory", resources.memory);
  visit("cpu", resources.cpu);
  visit("pids", resources.pids);
  visit("blockIO", resources.block_io);
  visit("hugepageLimits", resources.hugepage_limits);
  visit("network", resources.network);
  visit("rdma", resources.rdma);
  visit("unified", resources.unified);
}

Result<> read_json(const JsonView& view, Resources& out) { return read_fields(view, out); }
Json to_json(const Resources& resources) { return write_fields(resources); }

}  // namespace corten::oci
