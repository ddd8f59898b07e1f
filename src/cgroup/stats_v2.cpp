#include "base/strings.hpp"
#include "cgroup/stats.hpp"
#include "cgroup/stats_text.hpp"

namespace corten::cgroup {

namespace {

constexpr std::uint64_t kNanosecondsPerMicrosecond = 1000;

Result<> read_cpu(const Directory& dir, Stats& stats) {
  // Every cgroup but the root has cpu.stat with the times; the controller adds the throttling.
  const auto text = TRY(dir.find("cpu.stat"));
  if (!text || stats.cpu) return {};
  const auto numbers = keyed_numbers(*text);
  const auto time = [&](const char* key) { return number_of(numbers, key) * kNanosecondsPerMicrosecond; };
  stats.cpu = {.total_ns = time("usage_usec"),
               .user_ns = time("user_usec"),
               .kernel_ns = time("system_usec"),
               .periods = number_of(numbers, "nr_periods"),
               .throttled_periods = number_of(numbers, "nr_throttled"),
               .throttled_ns = time("throttled_usec"),
               .bursts = number_of(numbers, "nr_bursts"),
               .burst_ns = time("burst_usec")};
  return {};
}

Result<std::optional<MemoryUse>> read_use(const Directory& dir, const std::string& prefix,
                                          const char* failure_key) {
  const auto usage = TRY(dir.find_number(prefix + "current"));
  if (!usage) return std::nullopt;
  const auto peak = TRY(dir.find_number(prefix + "peak"));  // kernel 5.19
  const auto limit = TRY(dir.find_number(prefix + "max"));
  const auto failures = TRY(dir.find_keyed(prefix + "events", failure_key));
  return MemoryUse{.usage = *usage,
                   .max_usage = peak.value_or(0),
                   .limit = limit.value_or(0),
                   .failures = failures.value_or(0)};
}

Result<> read_memory(const Directory& dir, Stats& stats) {
  const auto memory = TRY(read_use(dir, "memory.", "max"));
  if (!memory || stats.memory) return {};
  auto& out = stats.memory.emplace();
  out.memory = *memory;
  out.swap = TRY(read_use(dir, "memory.swap.", "max"));
  const auto text = TRY(dir.find_text("memory.stat"));
  out.raw = keyed_numbers(text);
  out.cache_bytes = number_of(out.raw, "file");
  return {};
}

// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6"
BlockIoStats parse_io(std::string_view text) {
  BlockIoStats stats;
  for (const auto line : split(text, '\n')) {
    const auto words = split(line, ' ');
    const auto numbers = cut(words.front(), ':');
    if (!numbers) continue;
    BlockIoEntry entry{.major_number = parse_number(numbers->before).value_or(0),
                       .minor_number = parse_number(numbers->after).value_or(0)};
    for (const auto word : words) {
      const auto pair = cut(word, '=');
      if (!pair || pair->before.size() < 4) continue;
      const char kind = pair->before.front();
      entry.operation = kind == 'r' ? "Read" : kind == 'w' ? "Write" : "Discard";
      entry.value = parse_number(pair->after).value_or(0);
      const auto unit = pair->before.substr(1);
      if (unit == "bytes") stats.service_bytes.push_back(entry);
      if (unit == "ios") stats.serviced.push_back(entry);
    }
  }
  return stats;
}

Result<> read_rest(const Directory& dir, Stats& stats) {
  const auto current = TRY(dir.find_number("pids.current"));
  const auto limit = TRY(dir.find_number("pids.max"));
  if (current && !stats.pids) stats.pids = {.current = *current, .limit = limit.value_or(0)};
  const auto io = TRY(dir.find("io.stat"));
  if (io && !stats.block_io) stats.block_io = parse_io(*io);
  for (const auto& size : hugepage_sizes()) {
    const auto use = TRY(read_use(dir, "hugetlb." + size + ".", "max"));
    if (use) stats.hugetlb.try_emplace(size, *use);
  }
  return {};
}

Result<std::optional<Pressure>> read_pressure(const Directory& dir, const char* file) {
  const auto text = TRY(dir.find(file));  // absent or EOPNOTSUPP where psi=0
  if (!text) return std::nullopt;
  return parse_pressure(*text);
}

}  // namespace

Result<> read_v2_stats(const Directory& dir, Stats& stats) {
  TRY(read_cpu(dir, stats));
  TRY(read_memory(dir, stats));
  TRY(read_rest(dir, stats));
  stats.cpu_pressure = TRY(read_pressure(dir, "cpu.pressure"));
  stats.memory_pressure = TRY(read_pressure(dir, "memory.pressure"));
  stats.io_pressure = TRY(read_pressure(dir, "io.pressure"));
  return {};
}

}  // namespace corten::cgroup
