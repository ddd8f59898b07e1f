#include "runtime/events.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace corten::runtime {
namespace {

TEST(Events, NothingCountedIsNothingShown) { EXPECT_EQ(stats_json({}), Json::object()); }

TEST(Events, StatisticsInTheFormOfRunc) {
  cgroup::Stats stats;
  stats.cpu = cgroup::CpuStats{.total_ns = 5, .user_ns = 3, .kernel_ns = 2};
  stats.memory = cgroup::MemoryStats{.memory = {.usage = 1, .max_usage = 2, .limit = 18446744073709551615U}};
  stats.pids = cgroup::PidsStats{.current = 4, .limit = 9};
  stats.block_io = cgroup::BlockIoStats{};
  stats.block_io->serviced.push_back({.major_number = 8, .minor_number = 1, .operation = "Read", .value = 7});
  stats.io_pressure = cgroup::Pressure{.some = {.avg10 = 1.5, .total_us = 6}};
  const auto json = stats_json(stats);
  EXPECT_EQ(json["cpu"]["usage"], (Json{{"total", 5}, {"user", 3}, {"kernel", 2}}));
  EXPECT_EQ(json["memory"]["usage"]["limit"], 18446744073709551615U);
  EXPECT_FALSE(json["memory"].contains("swap"));
  EXPECT_EQ(json["pids"], (Json{{"current", 4}, {"limit", 9}}));
  EXPECT_EQ(to_json_text(json["blkio"]["ioServicedRecursive"]),
            R"([{"major":8,"minor":1,"op":"Read","value":7}])");
  EXPECT_EQ(json["blkio"]["psi"]["some"]["avg10"], 1.5);
}

}  // namespace
}  // namespace corten::runtime
