#include <algorithm>
#include <cerrno>

#include <fmt/core.h>

#include "cgroup/limits/convert.hpp"
#include "cgroup/limits/v1.hpp"

namespace corten::cgroup {

namespace {

// CFQ's names until kernel 4.20, BFQ's from 5.0 on.
std::string weight_file(const Directory& dir, const std::string& name) {
  const auto bfq = "blkio.bfq." + name;
  return dir.has(bfq) ? bfq : "blkio." + name;
}

Result<> apply_throttle(const Directory& dir, const char* file,
                        const std::vector<oci::ThrottleDevice>& devices) {
  for (const auto& each : devices) {
    TRY(dir.write(file, fmt::format("{}:{} {}", each.major, each.minor, each.rate)));
  }
  return {};
}

std::string rdma_line(const std::string& device, const oci::RdmaLimit& limit) {
  std::string line = device;
  if (limit.hca_handles) line += fmt::format(" hca_handle={}", *limit.hca_handles);
  if (limit.hca_objects) line += fmt::format(" hca_object={}", *limit.hca_objects);
  return line;
}

}  // namespace

Result<> apply_pids_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.pids || !resources.pids->limit) return {};
  const auto limit = *resources.pids->limit;
  return dir.write("pids.max", limit_text(limit == 0 ? -1 : limit));
}

Result<> apply_blkio_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.block_io) return {};
  const auto& io = *resources.block_io;
  if (io.weight.value_or(0) != 0) {
    TRY(dir.write(weight_file(dir, "weight"), std::to_string(*io.weight)));
  }
  if (io.leaf_weight.value_or(0) != 0) TRY(dir.write("blkio.leaf_weight", std::to_string(*io.leaf_weight)));
  for (const auto& each : io.weight_devices) {
    if (each.weight.value_or(0) != 0) {
      TRY(dir.write(weight_file(dir, "weight_device"),
                    fmt::format("{}:{} {}", each.major, each.minor, *each.weight)));
    }
    if (each.leaf_weight.value_or(0) != 0) {
      TRY(dir.write("blkio.leaf_weight_device",
                    fmt::format("{}:{} {}", each.major, each.minor, *each.leaf_weight)));
    }
  }
  TRY(apply_throttle(dir, "blkio.throttle.read_bps_device", io.throttle_read_bps));
  TRY(apply_throttle(dir, "blkio.throttle.write_bps_device", io.throttle_write_bps));
  TRY(apply_throttle(dir, "blkio.throttle.read_iops_device", io.throttle_read_iops));
  return apply_throttle(dir, "blkio.throttle.write_iops_device", io.throttle_write_iops);
}

Result<std::string> hugetlb_prefix(const std::string& page_size) {
  const auto digits = page_size.find_first_not_of("0123456789");
  const auto unit = digits == std::string::npos ? std::string() : page_size.substr(digits);
  if (digits == 0 || (unit != "KB" && unit != "MB" && unit != "GB")) {
    return fail(Errc::invalid_argument,
                "linux.resources.hugepageLimits: '{}' is no page size such as 64KB, 2MB or 1GB", page_size);
  }
  return "hugetlb." + page_size + ".";
}

Result<> apply_hugetlb_v1(const Directory& dir, const oci::Resources& resources) {
  for (const auto& each : resources.hugepage_limits) {
    const auto prefix = TRY(hugetlb_prefix(each.page_size));
    const auto value = std::to_string(each.limit_bytes);
    TRY(dir.write(prefix + "limit_in_bytes", value));
    // Reservations since kernel 5.7: without them a container that reserves too much dies by SIGBUS later.
    if (dir.has(prefix + "rsvd.limit_in_bytes")) TRY(dir.write(prefix + "rsvd.limit_in_bytes", value));
  }
  return {};
}

Result<> apply_net_cls_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.network || resources.network->class_id.value_or(0) == 0) return {};
  return dir.write("net_cls.classid", std::to_string(*resources.network->class_id));
}

Result<> apply_net_prio_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.network) return {};
  for (const auto& each : resources.network->priorities) {
    TRY(dir.write("net_prio.ifpriomap", fmt::format("{} {}", each.name, each.priority)));
  }
  return {};
}

Result<> apply_rdma(const Directory& dir, const oci::Resources& resources) {
  for (const auto& [device, limit] : resources.rdma) TRY(dir.write("rdma.max", rdma_line(device, limit)));
  return {};
}

Result<> apply_devices_v1(const Directory& dir, const V1Devices& devices) {
  // "a" drops all exceptions and sets the default.
  auto reset = dir.write(devices.allow_rest ? "devices.allow" : "devices.deny", "a");
  if (!reset) return reset;
  std::vector<std::string> rules;
  rules.reserve(devices.exceptions.size());
  for (const auto& each : devices.exceptions) rules.push_back(to_string(each));
  auto written = dir.write_each(devices.allow_rest ? "devices.deny" : "devices.allow", rules);
  if (written) return {};
  auto error = std::move(written).error();
  if (error.errnum() == EPERM) error.set_hint("the parent cgroup does not allow this device itself");
  return std::unexpected(std::move(error));
}

}  // namespace corten::cgroup
