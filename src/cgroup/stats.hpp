#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cgroup/directory.hpp"

/// What a cgroup has used, as `events --stats` and `stats` show it. Absent is what the kernel does not count.
namespace corten::cgroup {

/// Times in nanoseconds.
struct CpuStats {
  std::uint64_t total_ns = 0;
  std::uint64_t user_ns = 0;
  std::uint64_t kernel_ns = 0;
  std::vector<std::uint64_t> per_cpu_ns{};  ///< v1 only.
  std::uint64_t periods = 0;
  std::uint64_t throttled_periods = 0;
  std::uint64_t throttled_ns = 0;
  std::uint64_t bursts = 0;
  std::uint64_t burst_ns = 0;
};

/// Bytes; a limit of 2^64 - 1 is none.
struct MemoryUse {
  std::uint64_t usage = 0;
  std::uint64_t max_usage = 0;
  std::uint64_t limit = 0;
  std::uint64_t failures = 0;  ///< How often the limit was hit.
};

struct MemoryStats {
  MemoryUse memory{};
  std::optional<MemoryUse> swap{};  ///< v1: memory and swap; v2: swap alone.
  std::optional<MemoryUse> kernel{};
  std::optional<MemoryUse> kernel_tcp{};
  std::uint64_t cache_bytes = 0;
  std::map<std::string, std::uint64_t> raw{};  ///< memory.stat
};

struct PidsStats {
  std::uint64_t current = 0;
  std::uint64_t limit = 0;
};

struct BlockIoEntry {
  std::uint64_t major_number = 0;
  std::uint64_t minor_number = 0;
  std::string operation{};  ///< "Read", "Write", "Discard", ...
  std::uint64_t value = 0;
};

struct BlockIoStats {
  std::vector<BlockIoEntry> service_bytes{};
  std::vector<BlockIoEntry> serviced{};
};

/// Pressure stall information (Documentation/accounting/psi.rst): percent over 10, 60 and 300 seconds, and
/// microseconds in all.
struct Pressure {
  struct Share {
    double avg10 = 0;
    double avg60 = 0;
    double avg300 = 0;
    std::uint64_t total_us = 0;
  };
  Share some{};
  Share full{};
};

struct Stats {
  std::optional<CpuStats> cpu{};
  std::optional<MemoryStats> memory{};
  std::optional<PidsStats> pids{};
  std::optional<BlockIoStats> block_io{};
  std::map<std::string, MemoryUse> hugetlb{};  ///< By page size: "2MB".
  std::optional<Pressure> cpu_pressure{};
  std::optional<Pressure> memory_pressure{};
  std::optional<Pressure> io_pressure{};
};

/// Adds what the v1 hierarchy of a controller counts ("cpu", "cpuacct", "memory", "pids", "blkio",
/// "hugetlb"); others count nothing.
Result<> read_v1_stats(const Directory& dir, std::string_view controller, Stats& stats);

/// Adds what a v2 cgroup counts; what is there already stays.
Result<> read_v2_stats(const Directory& dir, Stats& stats);

/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and the same for "full".
Pressure parse_pressure(std::string_view text);

}  // namespace corten::cgroup
