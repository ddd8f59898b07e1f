#include <limits>

#include "base/strings.hpp"
#include "cgroup/stats.hpp"
#include "cgroup/stats_text.hpp"

namespace corten::cgroup {

namespace {

// v1 shows "no limit" as the largest whole page below 2^63.
constexpr std::uint64_t kNoLimitFrom = 0x7fff'ffff'ffff'0000;

std::uint64_t shown_limit(std::uint64_t value) {
  return value >= kNoLimitFrom ? std::numeric_limits<std::uint64_t>::max() : value;
}

Result<std::optional<MemoryUse>> read_use(const Directory& dir, const std::string& prefix) {
  const auto usage = TRY(dir.find_number(prefix + "usage_in_bytes"));
  if (!usage) return std::nullopt;
  const auto highest = TRY(dir.find_number(prefix + "max_usage_in_bytes"));
  const auto limit = TRY(dir.find_number(prefix + "limit_in_bytes"));
  const auto failures = TRY(dir.find_number(prefix + "failcnt"));
  return MemoryUse{.usage = *usage,
                   .max_usage = highest.value_or(0),
                   .limit = shown_limit(limit.value_or(0)),
                   .failures = failures.value_or(0)};
}

Result<> read_memory(const Directory& dir, Stats& stats) {
  const auto memory = TRY(read_use(dir, "memory."));
  if (!memory) return {};
  auto& out = stats.memory.emplace();
  out.memory = *memory;
  out.swap = TRY(read_use(dir, "memory.memsw."));
  out.kernel = TRY(read_use(dir, "memory.kmem."));
  out.kernel_tcp = TRY(read_use(dir, "memory.kmem.tcp."));
  const auto text = TRY(dir.find_text("memory.stat"));
  out.raw = keyed_numbers(text);
  out.cache_bytes = number_of(out.raw, "cache");
  return {};
}

CpuStats& cpu_of(Stats& stats) { return stats.cpu ? *stats.cpu : stats.cpu.emplace(); }

Result<> read_cpu(const Directory& dir, Stats& stats) {
  const auto text = TRY(dir.find_text("cpu.stat"));
  const auto numbers = keyed_numbers(text);
  auto& out = cpu_of(stats);
  out.periods = number_of(numbers, "nr_periods");
  out.throttled_periods = number_of(numbers, "nr_throttled");
  out.throttled_ns = number_of(numbers, "throttled_time");
  out.bursts = number_of(numbers, "nr_bursts");
  out.burst_ns = number_of(numbers, "burst_time");
  return {};
}

Result<> read_cpuacct(const Directory& dir, Stats& stats) {
  auto& out = cpu_of(stats);
  const auto total = TRY(dir.find_number("cpuacct.usage"));
  const auto user = TRY(dir.find_number("cpuacct.usage_user"));
  const auto kernel = TRY(dir.find_number("cpuacct.usage_sys"));
  const auto per_cpu = TRY(dir.find_text("cpuacct.usage_percpu"));
  out.total_ns = total.value_or(0);
  out.user_ns = user.value_or(0);
  out.kernel_ns = kernel.value_or(0);
  for (const auto word : split(per_cpu, ' ')) {
    if (!word.empty()) out.per_cpu_ns.push_back(parse_number(word).value_or(0));
  }
  return {};
}

// "8:0 Read 4096" lines; "Total 4096" at the end.
std::vector<BlockIoEntry> parse_block_io(std::string_view text) {
  std::vector<BlockIoEntry> entries;
  for (const auto line : split(text, '\n')) {
    const auto words = split(line, ' ');
    const auto numbers = cut(words.front(), ':');
    if (words.size() != 3 || !numbers) continue;
    entries.push_back({.major_number = parse_number(numbers->before).value_or(0),
                       .minor_number = parse_number(numbers->after).value_or(0),
                       .operation = std::string(words[1]),
                       .value = parse_number(words[2]).value_or(0)});
  }
  return entries;
}

Result<> read_blkio(const Directory& dir, Stats& stats) {
  // Throttling counts what every scheduler does; the files of BFQ only what BFQ did.
  const auto bytes = TRY(dir.find_text("blkio.throttle.io_service_bytes_recursive"));
  const auto operations = TRY(dir.find_text("blkio.throttle.io_serviced_recursive"));
  auto& out = stats.block_io.emplace();
  out.service_bytes = parse_block_io(bytes);
  out.serviced = parse_block_io(operations);
  return {};
}

Result<> read_pids(const Directory& dir, Stats& stats) {
  const auto current = TRY(dir.find_number("pids.current"));
  const auto limit = TRY(dir.find_number("pids.max"));
  if (current) stats.pids = {.current = *current, .limit = limit.value_or(0)};
  return {};
}

Result<> read_hugetlb(const Directory& dir, Stats& stats) {
  for (const auto& size : hugepage_sizes()) {
    const auto use = TRY(read_use(dir, "hugetlb." + size + "."));
    if (use) stats.hugetlb[size] = *use;
  }
  return {};
}

}  // namespace

Result<> read_v1_stats(const Directory& dir, std::string_view controller, Stats& stats) {
  if (controller == "memory") return read_memory(dir, stats);
  if (controller == "cpu") return read_cpu(dir, stats);
  if (controller == "cpuacct") return read_cpuacct(dir, stats);
  if (controller == "blkio") return read_blkio(dir, stats);
  if (controller == "pids") return read_pids(dir, stats);
  if (controller == "hugetlb") return read_hugetlb(dir, stats);
  return {};
}

}  // namespace corten::cgroup
