#include <cerrno>
#include <limits>

#include "base/strings.hpp"
#include "cgroup/limits/v1.hpp"

namespace corten::cgroup {

namespace {

constexpr const char* kLimit = "memory.limit_in_bytes";
constexpr const char* kBoth = "memory.memsw.limit_in_bytes";

// EBUSY: more is in use and the kernel could not free it.
Result<> write_limit(const Directory& dir, const char* file, std::int64_t value) {
  auto written = dir.write(file, std::to_string(value));
  if (written || written.error().errnum() != EBUSY) return written;
  const auto used = TRY(dir.find_number("memory.usage_in_bytes"));
  const auto peak = TRY(dir.find_number("memory.max_usage_in_bytes"));
  auto error = std::move(written).error();
  error.set_hint(fmt::format("{} bytes are in use now, {} at the highest: choose a higher limit",
                             used.value_or(0), peak.value_or(0)));
  return std::unexpected(std::move(error));
}

Result<> write_both_limit(const Directory& dir, std::int64_t value) {
  // Without swap accounting there is nothing to lift.
  if (value < 0 && !dir.has(kBoth)) return {};
  return write_limit(dir, kBoth, value);
}

Result<> apply_limits(const Directory& dir, const oci::MemoryResources& memory) {
  const auto limit = memory.limit_bytes.value_or(0);
  auto both = memory.swap_bytes.value_or(0);
  if (limit < 0 && both == 0) both = -1;  // no limit of memory: the sum can have none either
  if (limit > 0 && both > 0 && both < limit) {
    return fail(
        Errc::invalid_argument,
        "linux.resources.memory.swap: {} counts memory and swap together, so it cannot be less than the "
        "memory limit {}",
        both, limit);
  }
  if (limit == 0) return both == 0 ? Result<>() : write_both_limit(dir, both);
  if (both == 0) return write_limit(dir, kLimit, limit);
  const auto now = TRY(dir.find_number(kBoth));
  const bool raise_first = now && (limit < 0 || static_cast<std::uint64_t>(limit) > *now);
  if (raise_first) TRY(write_both_limit(dir, both));
  TRY(write_limit(dir, kLimit, limit));
  return raise_first ? Result<>() : write_both_limit(dir, both);
}

}  // namespace

Result<> apply_memory_v1(const Directory& dir, const oci::Resources& resources) {
  if (!resources.memory) return {};
  const auto& memory = *resources.memory;
  TRY(apply_limits(dir, memory));
  if (memory.reservation_bytes.value_or(0) != 0) {
    TRY(dir.write("memory.soft_limit_in_bytes", std::to_string(*memory.reservation_bytes)));
  }
  if (memory.kernel_tcp_bytes.value_or(0) != 0) {
    TRY(dir.write("memory.kmem.tcp.limit_in_bytes", std::to_string(*memory.kernel_tcp_bytes)));
  }
  if (memory.swappiness) {
    // Docker sends 2^64 - 1 for "not given".
    if (*memory.swappiness != std::numeric_limits<std::uint64_t>::max()) {
      TRY(dir.write("memory.swappiness", std::to_string(*memory.swappiness)));
    }
  }
  if (memory.disable_oom_killer) {
    const auto now = TRY(dir.find_keyed("memory.oom_control", "oom_kill_disable"));
    const std::uint64_t wanted = *memory.disable_oom_killer ? 1 : 0;
    if (now.value_or(0) != wanted) TRY(dir.write("memory.oom_control", std::to_string(wanted)));
  }
  return {};
}

}  // namespace corten::cgroup
