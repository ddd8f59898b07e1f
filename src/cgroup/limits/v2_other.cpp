#include <algorithm>

#include <fmt/core.h>

#include "base/strings.hpp"
#include "cgroup/limits/convert.hpp"
#include "cgroup/limits/v1.hpp"
#include "cgroup/limits/v2.hpp"

namespace corten::cgroup {

namespace {

std::string device_name(std::int64_t major_number, std::int64_t minor_number) {
  return fmt::format("{}:{}", major_number, minor_number);
}

Result<> apply_weight(const Directory& dir, const std::string& device, std::uint64_t weight) {
  if (weight == 0) return {};
  const auto prefix = device.empty() ? std::string() : device + " ";
  if (dir.has("io.bfq.weight")) return dir.write("io.bfq.weight", prefix + std::to_string(weight));
  return dir.write("io.weight", (device.empty() ? "default " : prefix) + std::to_string(io_weight(weight)));
}

// 0 lifted a limit in v1; here it would be refused.
Result<> apply_throttle(const Directory& dir, const char* key,
                        const std::vector<oci::ThrottleDevice>& devices) {
  for (const auto& each : devices) {
    const auto rate = each.rate == 0 ? "max" : std::to_string(each.rate);
    TRY(dir.write("io.max", fmt::format("{} {}={}", device_name(each.major, each.minor), key, rate)));
  }
  return {};
}

Result<> refuse_leaf_weight(const oci::BlockIoResources& io) {
  const bool given = io.leaf_weight.value_or(0) != 0 ||
                     std::ranges::any_of(io.weight_devices, [](const oci::WeightDevice& each) {
                       return each.leaf_weight.value_or(0) != 0;
                     });
  if (!given) return {};
  return with_hint(
      fail(Errc::unsupported, "linux.resources.blockIO.leafWeight: cgroup v2 has no such setting"),
      "leave it out: in v2 only cgroups without children have processes");
}

Result<> check_unified_key(const std::string& key, std::string_view controllers) {
  const auto parts = cut(key, '.');
  if (!parts || parts->before.empty() || parts->after.empty() || key.find('/') != std::string::npos ||
      key.find('\0') != std::string::npos) {
    return fail(Errc::invalid_argument,
                "linux.resources.unified: '{}' is no file of a cgroup, such as 'memory.high'",
                printable(key));
  }
  if (parts->before == "cgroup") {
    return fail(Errc::invalid_argument, "linux.resources.unified: '{}' belongs to the runtime", key);
  }
  const auto available = split(controllers, ' ');
  if (std::ranges::find(available, parts->before) == available.end()) {
    return with_hint(
        fail(Errc::unsupported,
             "linux.resources.unified: '{}' needs the controller '{}', which this cgroup has not", key,
             parts->before),
        "there are: {}", controllers.empty() ? "none" : controllers);
  }
  return {};
}

}  // namespace

Result<> apply_pids_v2(const Directory& dir, const oci::Resources& resources) {
  return apply_pids_v1(dir, resources);  // the same file
}

Result<> apply_io_v2(const Directory& dir, const oci::Resources& resources) {
  if (!resources.block_io) return {};
  const auto& io = *resources.block_io;
  TRY(refuse_leaf_weight(io));
  TRY(apply_weight(dir, "", io.weight.value_or(0)));
  for (const auto& each : io.weight_devices) {
    TRY(apply_weight(dir, device_name(each.major, each.minor), each.weight.value_or(0)));
  }
  TRY(apply_throttle(dir, "rbps", io.throttle_read_bps));
  TRY(apply_throttle(dir, "wbps", io.throttle_write_bps));
  TRY(apply_throttle(dir, "riops", io.throttle_read_iops));
  return apply_throttle(dir, "wiops", io.throttle_write_iops);
}

Result<> apply_hugetlb_v2(const Directory& dir, const oci::Resources& resources) {
  for (const auto& each : resources.hugepage_limits) {
    const auto prefix = TRY(hugetlb_prefix(each.page_size));
    const auto value = std::to_string(each.limit_bytes);
    TRY(dir.write(prefix + "max", value));
    if (dir.has(prefix + "rsvd.max")) TRY(dir.write(prefix + "rsvd.max", value));  // kernel 5.7
  }
  return {};
}

Result<> apply_unified_v2(const Directory& dir, const oci::Resources& resources) {
  if (resources.unified.empty()) return {};
  const auto controllers = TRY(dir.read("cgroup.controllers"));
  for (const auto& [key, value] : resources.unified) TRY(check_unified_key(key, controllers));
  for (const auto& [key, value] : resources.unified) {
    // One write a line: files with a line for each device take one at a time.
    for (const auto line : split(value, '\n')) {
      if (!line.empty()) TRY(dir.write(key, line));
    }
  }
  return {};
}

}  // namespace corten::cgroup
