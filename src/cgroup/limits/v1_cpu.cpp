#include <cerrno>

#include "cgroup/limits/v1.hpp"

namespace corten::cgroup {

namespace {

// The kernel moves what is out of bounds without a word.
Result<> apply_shares(const Directory& dir, std::uint64_t shares) {
  TRY(dir.write("cpu.shares", std::to_string(shares)));
  const auto now = TRY(dir.find_number("cpu.shares"));
  if (!now || *now == shares) return {};
  return fail(Errc::invalid_argument, "linux.resources.cpu.shares: {} is {} than {}, the {} of the kernel",
              shares, shares > *now ? "more" : "less", *now, shares > *now ? "most" : "least");
}

// Two values that bound each other: whichever the kernel takes first.
Result<> write_pair(const Directory& dir, const char* first, const std::string& first_value,
                    const char* second, const std::string& second_value) {
  const auto done = dir.write(first, first_value);
  if (!done && done.error().errnum() != EINVAL) return std::unexpected(done.error().clone());
  TRY(dir.write(second, second_value));
  return done ? Result<>() : dir.write(first, first_value);
}

Result<> apply_bandwidth(const Directory& dir, std::uint64_t period, std::int64_t quota) {
  constexpr const char* kPeriod = "cpu.cfs_period_us";
  constexpr const char* kQuota = "cpu.cfs_quota_us";
  if (period != 0 && quota != 0) {
    return write_pair(dir, kPeriod, std::to_string(period), kQuota, std::to_string(quota));
  }
  if (period != 0) return dir.write(kPeriod, std::to_string(period));
  return quota != 0 ? dir.write(kQuota, std::to_string(quota)) : Result<>();
}

Result<> apply_realtime(const Directory& dir, std::uint64_t period, std::int64_t runtime) {
  constexpr const char* kPeriod = "cpu.rt_period_us";
  constexpr const char* kRuntime = "cpu.rt_runtime_us";
  if (period != 0 && runtime != 0) {
    return write_pair(dir, kPeriod, std::to_string(period), kRuntime, std::to_string(runtime));
  }
  if (period != 0) return dir.write(kPeriod, std::to_string(period));
  return runtime != 0 ? dir.write(kRuntime, std::to_string(runtime)) : Result<>();
}

Result<> copy_if_empty(const Directory& parent, const Directory& child, const char* file) {
  const auto own = TRY(child.read(file));
  if (!own.empty()) return {};
  const auto theirs = TRY(parent.read(file));
  return child.write(file, theirs);
}

}  // namespace

Result<> apply_cpu_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.cpu) return {};
  const auto& cpu = *resources.cpu;
  if (cpu.shares.value_or(0) != 0) TRY(apply_shares(dir, *cpu.shares));
  if (cpu.idle) TRY(dir.write("cpu.idle", std::to_string(*cpu.idle)));
  TRY(apply_realtime(dir, cpu.realtime_period_us.value_or(0), cpu.realtime_runtime_us.value_or(0)));
  const auto period = cpu.period_us.value_or(0);
  const auto quota = cpu.quota_us.value_or(0);
  if (!cpu.burst_us) return apply_bandwidth(dir, period, quota);
  // A burst may not exceed the quota: before a quota that shrinks, after one that grows.
  const auto burst = std::to_string(*cpu.burst_us);
  constexpr const char* kBurst = "cpu.cfs_burst_us";
  const auto early = dir.write(kBurst, burst);
  if (!early && early.error().errnum() != EINVAL) return std::unexpected(early.error().clone());
  TRY(apply_bandwidth(dir, period, quota));
  return early ? Result<>() : dir.write(kBurst, burst);
}

Result<> apply_cpuset_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.cpu) return {};
  if (!resources.cpu->cpus.empty()) TRY(dir.write("cpuset.cpus", resources.cpu->cpus));
  if (!resources.cpu->mems.empty()) TRY(dir.write("cpuset.mems", resources.cpu->mems));
  return {};
}

Result<> inherit_cpuset_v1(const Directory& parent, const Directory& child) {
  TRY(copy_if_empty(parent, child, "cpuset.cpus"));
  return copy_if_empty(parent, child, "cpuset.mems");
}

}  // namespace corten::cgroup
