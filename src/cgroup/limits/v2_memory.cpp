#include <limits>

#include "cgroup/limits/convert.hpp"
#include "cgroup/limits/v2.hpp"

namespace corten::cgroup {

namespace {

Result<> refuse_v1_only(const oci::MemoryResources& memory) {
  constexpr auto kNotGiven = std::numeric_limits<std::uint64_t>::max();
  const char* field = nullptr;
  if (memory.swappiness && *memory.swappiness != kNotGiven) field = "swappiness";
  if (memory.disable_oom_killer.value_or(false)) field = "disableOOMKiller";
  if (memory.kernel_tcp_bytes.value_or(0) > 0) field = "kernelTCP";
  if (field == nullptr) return {};
  return with_hint(fail(Errc::unsupported, "linux.resources.memory.{}: cgroup v2 has no such setting", field),
                   "leave it out");
}

// Below what is in use now, the kernel would kill processes until it fits.
Result<> check_usage(const Directory& dir, const oci::MemoryResources& memory) {
  const auto limit = memory.limit_bytes.value_or(0);
  if (!memory.check_before_update.value_or(false) || limit <= 0) return {};
  const auto used = TRY(dir.find_number("memory.current"));
  if (!used || *used <= static_cast<std::uint64_t>(limit)) return {};
  return fail(Errc::failed_precondition,
              "linux.resources.memory.limit: {} is less than the {} bytes that are in use now", limit, *used);
}

// The limit that a new sum of memory and swap is about: the given one, else the one in force.
Result<std::optional<std::int64_t>> limit_in_force(const Directory& dir, const oci::MemoryResources& memory) {
  if (memory.limit_bytes.value_or(0) != 0 || memory.swap_bytes.value_or(0) <= 0) return memory.limit_bytes;
  const auto now = TRY(dir.find_number("memory.max"));
  if (!now || *now > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return static_cast<std::int64_t>(*now);
}

}  // namespace

Result<> apply_memory_v2(const Directory& dir, const oci::Resources& resources) {
  if (!resources.memory) return {};
  const auto& memory = *resources.memory;
  TRY(refuse_v1_only(memory));
  TRY(check_usage(dir, memory));
  const auto limit = TRY(limit_in_force(dir, memory));
  const auto swap = TRY(swap_alone(limit, memory.swap_bytes));
  // A kernel without swap accounting has no file: then there is nothing to lift, and nothing to forbid.
  if (swap && (*swap > 0 || dir.has("memory.swap.max"))) {
    TRY(dir.write("memory.swap.max", limit_text(*swap)));
  }
  if (memory.limit_bytes.value_or(0) != 0) TRY(dir.write("memory.max", limit_text(*memory.limit_bytes)));
  if (memory.reservation_bytes.value_or(0) != 0) {
    TRY(dir.write("memory.low", limit_text(*memory.reservation_bytes)));
  }
  return {};
}

}  // namespace corten::cgroup
