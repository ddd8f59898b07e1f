#include <cerrno>

#include <fmt/core.h>

#include "base/strings.hpp"
#include "cgroup/limits/convert.hpp"
#include "cgroup/limits/v2.hpp"

namespace corten::cgroup {

namespace {

// "QUOTA PERIOD"; the quota alone leaves the period as it is, so only a period without a quota has to look.
Result<> apply_bandwidth(const Directory& dir, std::uint64_t period, std::int64_t quota) {
  if (period == 0 && quota == 0) return {};
  std::string text = limit_text(quota);
  if (quota == 0) {
    const auto now = TRY(dir.find_text("cpu.max"));
    const auto parts = cut(now, ' ');
    text = parts ? std::string(parts->before) : "max";
  }
  if (period != 0) text += " " + std::to_string(period);
  return dir.write("cpu.max", text);
}

}  // namespace

Result<> apply_cpu_v2(const Directory& dir, const oci::Resources& resources) {
  if (!resources.cpu) return {};
  const auto& cpu = *resources.cpu;
  if (cpu.realtime_period_us.value_or(0) != 0 || cpu.realtime_runtime_us.value_or(0) != 0) {
    return with_hint(
        fail(Errc::unsupported, "linux.resources.cpu.realtimeRuntime: cgroup v2 has no such setting"),
        "leave it and realtimePeriod out");
  }
  if (cpu.idle) TRY(dir.write("cpu.idle", std::to_string(*cpu.idle)));
  // An idle cgroup has the least weight, and the kernel refuses another one.
  if (cpu.shares.value_or(0) != 0 && cpu.idle.value_or(0) != 1) {
    TRY(dir.write("cpu.weight", std::to_string(weight_of_shares(*cpu.shares))));
  }
  const auto period = cpu.period_us.value_or(0);
  const auto quota = cpu.quota_us.value_or(0);
  if (!cpu.burst_us) return apply_bandwidth(dir, period, quota);
  // A burst may not exceed the quota: before a quota that shrinks, after one that grows.
  const auto burst = std::to_string(*cpu.burst_us);
  const auto early = dir.write("cpu.max.burst", burst);
  if (!early && early.error().errnum() != EINVAL) return std::unexpected(early.error().clone());
  TRY(apply_bandwidth(dir, period, quota));
  return early ? Result<>() : dir.write("cpu.max.burst", burst);
}

Result<> apply_cpuset_v2(const Directory& dir, const oci::Resources& resources) {
  if (!resources.cpu) return {};
  if (!resources.cpu->cpus.empty()) TRY(dir.write("cpuset.cpus", resources.cpu->cpus));
  if (!resources.cpu->mems.empty()) TRY(dir.write("cpuset.mems", resources.cpu->mems));
  return {};
}

}  // namespace corten::cgroup
