#include "runtime/events.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/container_cgroup.hpp"
#include "runtime/status.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {
namespace {

Json cpu_json(const cgroup::CpuStats& cpu) {
  Json usage = {{"total", cpu.total_ns}, {"kernel", cpu.kernel_ns}, {"user", cpu.user_ns}};
  if (!cpu.per_cpu_ns.empty()) usage["percpu"] = cpu.per_cpu_ns;
  return {
      {"usage", std::move(usage)},
      {"throttling",
       {{"periods", cpu.periods},
        {"throttledPeriods", cpu.throttled_periods},
        {"throttledTime", cpu.throttled_ns}}},
      {"burst", {{"burstsPeriods", cpu.bursts}, {"burstTime", cpu.burst_ns}}},
  };
}

Json use_json(const cgroup::MemoryUse& use) {
  return {{"limit", use.limit}, {"usage", use.usage}, {"max", use.max_usage}, {"failcnt", use.failures}};
}

Json memory_json(const cgroup::MemoryStats& memory) {
  Json json = {{"cache", memory.cache_bytes}, {"usage", use_json(memory.memory)}, {"raw", memory.raw}};
  if (memory.swap) json["swap"] = use_json(*memory.swap);
  if (memory.kernel) json["kernel"] = use_json(*memory.kernel);
  if (memory.kernel_tcp) json["kernelTCP"] = use_json(*memory.kernel_tcp);
  return json;
}

Json entries_json(const std::vector<cgroup::BlockIoEntry>& entries) {
  auto list = Json::array();
  for (const auto& entry : entries) {
    list.push_back({{"major", entry.major_number},
                    {"minor", entry.minor_number},
                    {"op", entry.operation},
                    {"value", entry.value}});
  }
  return list;
}

Json share_json(const cgroup::Pressure::Share& share) {
  return {
      {"avg10", share.avg10}, {"avg60", share.avg60}, {"avg300", share.avg300}, {"total", share.total_us}};
}

Json pressure_json(const cgroup::Pressure& pressure) {
  return {{"some", share_json(pressure.some)}, {"full", share_json(pressure.full)}};
}

Json event(std::string_view type, const ContainerId& id) { return {{"type", type}, {"id", id.text()}}; }

Json make_stats_event(const ContainerId& id, const cgroup::Stats& stats) {
  auto json = event("stats", id);
  json["data"] = stats_json(stats);
  return json;
}

struct Watched {
  FoundContainer container;
  cgroup::Cgroup cgroup;
};

Result<Watched> find_watched(const Settings& settings, const ContainerId& id) {
  auto found = TRY(find_container(settings.root, id));
  if (found.status == oci::ContainerStatus::stopped) {
    return fail(Errc::failed_precondition, "container '{}' is stopped: it uses nothing", id.text());
  }
  auto cgroup = TRY(open_cgroup(found.record));
  if (!cgroup || cgroup->location().places.empty()) {
    return fail(Errc::unsupported, "container '{}' has no cgroup, so nobody counts what it uses", id.text());
  }
  return Watched{.container = std::move(found), .cgroup = std::move(*cgroup)};
}

}  // namespace

Json stats_json(const cgroup::Stats& stats) {
  auto json = Json::object();
  if (stats.cpu) json["cpu"] = cpu_json(*stats.cpu);
  if (stats.memory) json["memory"] = memory_json(*stats.memory);
  if (stats.pids) json["pids"] = {{"current", stats.pids->current}, {"limit", stats.pids->limit}};
  if (stats.block_io) {
    json["blkio"] = {{"ioServiceBytesRecursive", entries_json(stats.block_io->service_bytes)},
                     {"ioServicedRecursive", entries_json(stats.block_io->serviced)}};
  }
  for (const auto& [size, use] : stats.hugetlb) {
    json["hugetlb"][size] = {{"usage", use.usage}, {"max", use.max_usage}, {"failcnt", use.failures}};
  }
  if (stats.cpu_pressure) json["cpu"]["psi"] = pressure_json(*stats.cpu_pressure);
  if (stats.memory_pressure) json["memory"]["psi"] = pressure_json(*stats.memory_pressure);
  if (stats.io_pressure) json["blkio"]["psi"] = pressure_json(*stats.io_pressure);
  return json;
}

Result<Json> stats_event(const Settings& settings, const ContainerId& id) {
  const auto watched = TRY(find_watched(settings, id));
  const auto stats = TRY(watched.cgroup.stats());
  return make_stats_event(id, stats);
}

Result<> follow_events(const Settings& settings, const ContainerId& id, std::chrono::milliseconds interval,
                       const TakeEvent& take) {
  const auto watched = TRY(find_watched(settings, id));
  const auto process = sys::open_process(watched.container.record.process);
  if (!process && process.error().kind() == Errc::not_found) return {};
  if (!process) return std::unexpected(process.error().clone());
  auto killed = TRY(watched.cgroup.oom_kills());
  while (true) {
    const auto ended = TRY(process->wait_for_end(interval));
    const auto now_killed = watched.cgroup.oom_kills();
    if (now_killed && *now_killed > killed) TRY(take(event("oom", id)));
    if (now_killed) killed = *now_killed;
    if (ended) return {};
    const auto stats = TRY(watched.cgroup.stats());
    TRY(take(make_stats_event(id, stats)));
  }
}

}  // namespace corten::runtime
