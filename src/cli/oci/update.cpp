#include "runtime/update.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/units.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"
#include "oci/runtime_spec/spec.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"

namespace corten::cli {
namespace {

// A number of bytes, "64m" or "-1" for no limit.
struct ByteLimit {
  std::int64_t bytes = 0;
};

Result<> assign_value(ByteLimit& value, std::string_view text, std::string_view what) {
  if (text == "-1") {
    value.bytes = -1;
    return {};
  }
  value.bytes = TRY(parse_size_bytes(text, what));
  return {};
}

struct UpdateOptions {
  std::string id;
  std::optional<std::string> resources;
  std::optional<ByteLimit> memory;
  std::optional<ByteLimit> memory_swap;
  std::optional<ByteLimit> memory_reservation;
  std::optional<ByteLimit> kernel_memory;
  std::optional<ByteLimit> kernel_memory_tcp;
  std::optional<std::int64_t> cpu_shares;
  std::optional<std::int64_t> cpu_quota;
  std::optional<std::int64_t> cpu_period;
  std::optional<std::int64_t> cpu_burst;
  std::optional<std::int64_t> cpu_idle;
  std::optional<std::int64_t> cpu_rt_period;
  std::optional<std::int64_t> cpu_rt_runtime;
  std::optional<std::string> cpuset_cpus;
  std::optional<std::string> cpuset_mems;
  std::optional<std::int64_t> pids_limit;
  std::optional<std::int64_t> blkio_weight;
  std::optional<std::string> l3_cache_schema;
  std::optional<std::string> mem_bw_schema;
};

Result<oci::Resources> read_resources(const std::string& file) {
  constexpr std::size_t kMaxBytes = std::size_t{4} * 1024 * 1024;
  std::string text;
  if (file == "-") {
    text = TRY_CTX(sys::read_all(sys::BorrowedFd(STDIN_FILENO), kMaxBytes), "--resources: standard input");
  } else {
    text = TRY_CTX(sys::read_file(sys::BorrowedFd::cwd(), file, kMaxBytes), "--resources");
  }
  return oci::parse_resources(text);
}

Result<std::uint64_t> not_negative(std::int64_t value, std::string_view flag) {
  if (value < 0) return fail(Errc::invalid_argument, "{}: must not be negative, found {}", flag, value);
  return static_cast<std::uint64_t>(value);
}

void add_memory(const UpdateOptions& options, oci::Resources& resources) {
  oci::MemoryResources memory = resources.memory.value_or(oci::MemoryResources{});
  if (options.memory) memory.limit_bytes = options.memory->bytes;
  if (options.memory_swap) memory.swap_bytes = options.memory_swap->bytes;
  if (options.memory_reservation) memory.reservation_bytes = options.memory_reservation->bytes;
  if (options.kernel_memory) memory.kernel_bytes = options.kernel_memory->bytes;
  if (options.kernel_memory_tcp) memory.kernel_tcp_bytes = options.kernel_memory_tcp->bytes;
  if (memory != oci::MemoryResources{}) resources.memory = memory;
}

Result<> add_cpu(const UpdateOptions& options, oci::Resources& resources) {
  oci::CpuResources cpu = resources.cpu.value_or(oci::CpuResources{});
  if (options.cpu_shares) cpu.shares = TRY(not_negative(*options.cpu_shares, "--cpu-share"));
  if (options.cpu_quota) cpu.quota_us = options.cpu_quota;
  if (options.cpu_period) cpu.period_us = TRY(not_negative(*options.cpu_period, "--cpu-period"));
  if (options.cpu_burst) cpu.burst_us = TRY(not_negative(*options.cpu_burst, "--cpu-burst"));
  if (options.cpu_idle) cpu.idle = options.cpu_idle;
  if (options.cpu_rt_period)
    cpu.realtime_period_us = TRY(not_negative(*options.cpu_rt_period, "--cpu-rt-period"));
  if (options.cpu_rt_runtime) cpu.realtime_runtime_us = options.cpu_rt_runtime;
  if (options.cpuset_cpus) cpu.cpus = *options.cpuset_cpus;
  if (options.cpuset_mems) cpu.mems = *options.cpuset_mems;
  if (cpu != oci::CpuResources{}) resources.cpu = cpu;
  return {};
}

Result<> add_others(const UpdateOptions& options, oci::Resources& resources) {
  if (options.pids_limit) {
    if (!resources.pids) resources.pids.emplace();
    resources.pids->limit = options.pids_limit;
  }
  if (options.blkio_weight) {
    const auto weight = TRY(not_negative(*options.blkio_weight, "--blkio-weight"));
    constexpr auto kMax = std::numeric_limits<std::uint16_t>::max();
    if (weight > kMax)
      return fail(Errc::invalid_argument, "--blkio-weight: at most {}, found {}", kMax, weight);
    if (!resources.block_io) resources.block_io.emplace();
    resources.block_io->weight = static_cast<std::uint16_t>(weight);
  }
  if (options.l3_cache_schema || options.mem_bw_schema) {
    return fail(Errc::unsupported, "--l3-cache-schema and --mem-bw-schema: Intel RDT is not supported");
  }
  return {};
}

// As in runc, a document stands for all of the flags.
Result<oci::Resources> wanted_resources(const UpdateOptions& options) {
  if (options.resources) return read_resources(*options.resources);
  oci::Resources resources;
  add_memory(options, resources);
  TRY(add_cpu(options, resources));
  TRY(add_others(options, resources));
  return resources;
}

Result<int> run_update(const UpdateOptions& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto id = TRY(runtime::ContainerId::parse(options.id));
  const auto resources = TRY(wanted_resources(options));
  TRY(runtime::update(settings, id, resources));
  return kExitSuccess;
}

constexpr Flag number(std::string_view name, std::string_view help, Binding binding) {
  return {.name = name, .value = "NUMBER", .help = help, .bind = binding};
}

constexpr Flag bytes(std::string_view name, std::string_view help, Binding binding) {
  return {.name = name, .value = "BYTES", .help = help, .bind = binding};
}

constexpr std::array kFlags = {
    Flag{.name = "resources",
         .letter = 'r',
         .value = "FILE",
         .help = "JSON document with linux.resources, - for standard input; in place of the other flags",
         .bind = bind<&UpdateOptions::resources>(),
         .complete = Completion::file},
    number("blkio-weight", "Share of the disks, 10 to 1000", bind<&UpdateOptions::blkio_weight>()),
    number("cpu-burst", "Unused time that may be saved up, in microseconds",
           bind<&UpdateOptions::cpu_burst>()),
    number("cpu-idle", "Run only when nothing else does: 1, or 0 again", bind<&UpdateOptions::cpu_idle>()),
    number("cpu-period", "What --cpu-quota is measured in, in microseconds",
           bind<&UpdateOptions::cpu_period>()),
    number("cpu-quota", "Time in each period, in microseconds; -1 for no limit",
           bind<&UpdateOptions::cpu_quota>()),
    number("cpu-rt-period", "As --cpu-period, for real-time processes",
           bind<&UpdateOptions::cpu_rt_period>()),
    number("cpu-rt-runtime", "As --cpu-quota, for real-time processes",
           bind<&UpdateOptions::cpu_rt_runtime>()),
    number("cpu-share", "Weight against other containers", bind<&UpdateOptions::cpu_shares>()),
    Flag{.name = "cpuset-cpus",
         .value = "LIST",
         .help = "Processors, as 0-3,7",
         .bind = bind<&UpdateOptions::cpuset_cpus>()},
    Flag{.name = "cpuset-mems",
         .value = "LIST",
         .help = "Memory nodes, as 0,1",
         .bind = bind<&UpdateOptions::cpuset_mems>()},
    bytes("kernel-memory", "Memory of the kernel for it (v1)", bind<&UpdateOptions::kernel_memory>()),
    bytes("kernel-memory-tcp", "Memory of TCP buffers (v1)", bind<&UpdateOptions::kernel_memory_tcp>()),
    Flag{.name = "l3-cache-schema",
         .value = "SCHEMA",
         .help = "Not supported",
         .bind = bind<&UpdateOptions::l3_cache_schema>(),
         .hidden = true},
    Flag{.name = "mem-bw-schema",
         .value = "SCHEMA",
         .help = "Not supported",
         .bind = bind<&UpdateOptions::mem_bw_schema>(),
         .hidden = true},
    bytes("memory", "Memory; -1 for no limit", bind<&UpdateOptions::memory>()),
    bytes("memory-reservation", "Memory that it gets back to when the host runs short",
          bind<&UpdateOptions::memory_reservation>()),
    bytes("memory-swap", "Memory and swap together; -1 for no limit", bind<&UpdateOptions::memory_swap>()),
    number("pids-limit", "Processes; -1 for no limit", bind<&UpdateOptions::pids_limit>()),
};

constexpr std::array kExamples = {
    Example{.text = "Half a processor and 64 MiB",
            .line = "corten oci update --cpu-quota 50000 --memory 64m web"},
};

}  // namespace

constexpr Command kOciUpdateCommand{
    .path = "oci update",
    .summary = "Change the limits of a container",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&UpdateOptions::id>()},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<UpdateOptions, run_update>,
};

}  // namespace corten::cli
