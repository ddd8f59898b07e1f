#include "cgroup/systemd/properties.hpp"

#include <limits>

#include "base/strings.hpp"
#include "cgroup/directory.hpp"
#include "cgroup/limits/convert.hpp"

namespace corten::cgroup {

namespace {

using Properties = std::vector<UnitProperty>;
constexpr auto kInfinity = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kDefaultPeriod = 100'000;  // µs, of the kernel

std::uint64_t unsigned_limit(std::int64_t limit) {
  return limit < 0 ? kInfinity : static_cast<std::uint64_t>(limit);
}

void add(Properties& properties, const char* name, std::uint64_t value) {
  properties.push_back({.name = name, .value = value});
}

Result<> add_memory(Properties& properties, Layout layout, const oci::MemoryResources& memory) {
  const bool v2 = layout == Layout::v2;
  const auto limit = memory.limit_bytes.value_or(0);
  if (limit != 0) add(properties, v2 ? "MemoryMax" : "MemoryLimit", unsigned_limit(limit));
  if (!v2) return {};
  if (memory.reservation_bytes.value_or(0) != 0) {
    add(properties, "MemoryLow", unsigned_limit(*memory.reservation_bytes));
  }
  // Without the limit of memory, the file knows more (an update of swap alone).
  if (limit == 0 && memory.swap_bytes.value_or(0) > 0) return {};
  const auto swap = TRY(swap_alone(memory.limit_bytes, memory.swap_bytes));
  if (swap) add(properties, "MemorySwapMax", unsigned_limit(*swap));
  return {};
}

Result<> add_cpu(Properties& properties, Layout layout, const oci::CpuResources& cpu) {
  const bool v2 = layout == Layout::v2;
  if (cpu.shares.value_or(0) != 0 && cpu.idle.value_or(0) != 1) {
    add(properties, v2 ? "CPUWeight" : "CPUShares", v2 ? weight_of_shares(*cpu.shares) : *cpu.shares);
  }
  if (v2 && cpu.idle.value_or(0) == 1) add(properties, "CPUWeight", 0);  // systemd 252: idle
  if (cpu.quota_us.value_or(0) != 0) {
    add(properties, "CPUQuotaPerSecUSec", quota_per_second(*cpu.quota_us, cpu.period_us.value_or(0)));
  }
  if (cpu.period_us.value_or(0) != 0) add(properties, "CPUQuotaPeriodUSec", *cpu.period_us);  // systemd 242
  if (!v2) return {};
  if (!cpu.cpus.empty()) {
    auto mask = TRY(cpu_mask(cpu.cpus));
    properties.push_back({.name = "AllowedCPUs", .value = std::move(mask)});
  }
  if (!cpu.mems.empty()) {
    auto mask = TRY(cpu_mask(cpu.mems));
    properties.push_back({.name = "AllowedMemoryNodes", .value = std::move(mask)});
  }
  return {};
}

void add_block_io(Properties& properties, Layout layout, const oci::BlockIoResources& io) {
  if (io.weight.value_or(0) == 0) return;
  if (layout == Layout::v2) {
    add(properties, "IOWeight", io_weight(*io.weight));
  } else {
    add(properties, "BlockIOWeight", *io.weight);
  }
}

Result<std::uint64_t> parse_cpu_number(std::string_view text, std::string_view list) {
  constexpr std::uint64_t kMostCpus = 8192;
  const auto number = parse_number(trim(text));
  if (!number || *number >= kMostCpus) {
    return fail(Errc::invalid_argument, "linux.resources.cpu: '{}' is no list such as '0-3,7'", list);
  }
  return *number;
}

}  // namespace

std::uint64_t quota_per_second(std::int64_t quota_us, std::uint64_t period_us) {
  constexpr std::uint64_t kSecond = 1'000'000;
  constexpr std::uint64_t kPercent = kSecond / 100;
  if (quota_us <= 0) return kInfinity;
  const auto period = period_us == 0 ? kDefaultPeriod : period_us;
  const auto exact = static_cast<std::uint64_t>(quota_us) * kSecond / period;
  return (exact + kPercent - 1) / kPercent * kPercent;
}

Result<std::vector<std::uint8_t>> cpu_mask(std::string_view list) {
  std::vector<std::uint8_t> mask;
  for (const auto part : split(list, ',')) {
    if (trim(part).empty()) continue;
    const auto range = cut(part, '-');
    const auto first = TRY(parse_cpu_number(range ? range->before : part, list));
    const auto last = TRY(parse_cpu_number(range ? range->after : part, list));
    for (auto cpu = first; cpu <= last; ++cpu) {
      if (mask.size() <= cpu / 8) mask.resize(cpu / 8 + 1);
      mask[cpu / 8] = static_cast<std::uint8_t>(mask[cpu / 8] | (1U << (cpu % 8)));
    }
  }
  if (mask.empty()) {
    return fail(Errc::invalid_argument, "linux.resources.cpu: '{}' names no CPU or node", list);
  }
  return mask;
}

Result<Properties> limit_properties(Layout layout, const oci::Resources& resources) {
  Properties properties;
  if (resources.memory) TRY(add_memory(properties, layout, *resources.memory));
  if (resources.cpu) TRY(add_cpu(properties, layout, *resources.cpu));
  if (resources.block_io) add_block_io(properties, layout, *resources.block_io);
  if (resources.pids && resources.pids->limit) {
    const auto limit = *resources.pids->limit;
    add(properties, "TasksMax", limit <= 0 ? kInfinity : static_cast<std::uint64_t>(limit));
  }
  return properties;
}

Result<Properties> unit_properties(const SystemdUnit& unit, pid_t first_process, Layout layout,
                                   const oci::Resources& resources) {
  Properties properties{{.name = "Description", .value = "corten container " + unit.name}};
  if (unit.is_slice()) {
    // A slice hangs where its name says and has no processes of its own.
    properties.push_back({.name = "Wants", .value = std::vector<std::string>{unit.slice}});
  } else {
    properties.push_back({.name = "Slice", .value = unit.slice});
    properties.push_back({.name = "Delegate", .value = true});
    if (first_process > 0) {
      properties.push_back(
          {.name = "PIDs", .value = std::vector<std::uint32_t>{static_cast<std::uint32_t>(first_process)}});
    }
  }
  // Turns the controllers on in every parent.
  for (const char* name : {"MemoryAccounting", "CPUAccounting", "TasksAccounting",
                           layout == Layout::v2 ? "IOAccounting" : "BlockIOAccounting"}) {
    properties.push_back({.name = name, .value = true});
  }
  // Else a container would end before those that depend on it, and after basic.target.
  properties.push_back({.name = "DefaultDependencies", .value = false});
  auto limits = TRY(limit_properties(layout, resources));
  for (auto& each : limits) properties.push_back(std::move(each));
  return properties;
}

}  // namespace corten::cgroup
