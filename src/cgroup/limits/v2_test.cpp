#include "cgroup/limits/v2.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cgroup/cgroup.hpp"
#include "sys/test_support.hpp"

namespace corten::cgroup {
namespace {

using sys::test::ScratchDir;
using testing::HasSubstr;

// A v2 hierarchy of plain files: shows what would be written where.
class FakeV2 : public testing::Test {
 protected:
  FakeV2() {
    put("cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma");
    put("cgroup.subtree_control", "");
    scratch_.mkdir("box");
    put("box/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma");
    put("box/cgroup.procs", "");
    for (const char* file : {"memory.max", "memory.swap.max", "memory.low", "memory.current", "memory.high",
                             "cpu.weight", "cpu.max", "cpu.max.burst", "cpu.idle", "cpuset.cpus",
                             "cpuset.mems", "pids.max", "io.weight", "io.max", "hugetlb.2MB.max",
                             "hugetlb.2MB.rsvd.max", "rdma.max", "cgroup.freeze", "cgroup.events"}) {
      put(std::string("box/") + file, "");
    }
  }

  void put(const std::string& name, std::string_view text) { scratch_.write(name, text); }
  std::string box(const std::string& file) { return scratch_.read("box/" + file); }

  Host host() const {
    return {.layout = Layout::v2, .hierarchies = {{.unified = true, .mount_point = scratch_.path()}}};
  }
  Cgroup open() {
    return Cgroup::create(host(), {.cgroups_path = "/box", .id = "x", .privilege = Privilege::limited})
        .value();
  }
  // "" or the message.
  std::string update(const oci::Resources& resources) {
    auto cgroup = open();
    return sys::test::error_of(cgroup.apply(resources, Applied::as_update));
  }

  ScratchDir scratch_;
};

TEST_F(FakeV2, EnablesControllersForTheChild) {
  (void)open();
  EXPECT_EQ(scratch_.read("cgroup.subtree_control"), "+cpuset +cpu +io +memory +hugetlb +pids +rdma");
}

TEST_F(FakeV2, LimitsMemoryAndSwapApart) {
  EXPECT_EQ(
      update({.memory =
                  oci::MemoryResources{.limit_bytes = 1000, .reservation_bytes = 500, .swap_bytes = 1500}}),
      "");
  EXPECT_EQ(box("memory.max"), "1000");
  EXPECT_EQ(box("memory.swap.max"), "500");
  EXPECT_EQ(box("memory.low"), "500");
  EXPECT_EQ(update({.memory = oci::MemoryResources{.limit_bytes = -1}}), "");
  EXPECT_EQ(box("memory.max"), "max");
  EXPECT_EQ(box("memory.swap.max"), "max");
}

TEST_F(FakeV2, CountsNewSwapFromTheLimitInForce) {
  put("box/memory.max", "1000");
  EXPECT_EQ(update({.memory = oci::MemoryResources{.swap_bytes = 1700}}), "");
  EXPECT_EQ(box("memory.swap.max"), "700");
  put("box/memory.max", "max");
  EXPECT_THAT(update({.memory = oci::MemoryResources{.swap_bytes = 1700}}), HasSubstr("memory has no limit"));
}

TEST_F(FakeV2, ChecksWhatIsInUseWhenAsked) {
  put("box/memory.current", "5000");
  oci::Resources resources{.memory = oci::MemoryResources{.limit_bytes = 1000, .check_before_update = true}};
  EXPECT_THAT(update(resources), HasSubstr("1000 is less than the 5000 bytes"));
  EXPECT_EQ(box("memory.max"), "");
}

TEST_F(FakeV2, RefusesWhatOnlyV1Has) {
  EXPECT_THAT(update({.memory = oci::MemoryResources{.swappiness = 10}}), HasSubstr("swappiness"));
  EXPECT_THAT(update({.memory = oci::MemoryResources{.disable_oom_killer = true}}),
              HasSubstr("disableOOMKiller"));
  EXPECT_THAT(update({.cpu = oci::CpuResources{.realtime_runtime_us = 10}}), HasSubstr("realtimeRuntime"));
  EXPECT_THAT(update({.block_io = oci::BlockIoResources{.leaf_weight = 10}}), HasSubstr("leafWeight"));
  EXPECT_THAT(update({.network = oci::NetworkResources{.class_id = 1}}), HasSubstr("network.classID"));
}

TEST_F(FakeV2, SharesTheCpu) {
  EXPECT_EQ(update({.cpu = oci::CpuResources{.shares = 1024,
                                             .quota_us = 20'000,
                                             .burst_us = 1000,
                                             .period_us = 50'000,
                                             .cpus = "0-1",
                                             .mems = "0"}}),
            "");
  EXPECT_EQ(box("cpu.weight"), "100");
  EXPECT_EQ(box("cpu.max"), "20000 50000");
  EXPECT_EQ(box("cpu.max.burst"), "1000");
  EXPECT_EQ(box("cpuset.cpus"), "0-1");
  EXPECT_EQ(box("cpuset.mems"), "0");
}

TEST_F(FakeV2, LeavesTheOtherHalfOfTheBandwidth) {
  put("box/cpu.max", "30000 100000");
  EXPECT_EQ(update({.cpu = oci::CpuResources{.period_us = 60'000}}), "");
  EXPECT_EQ(box("cpu.max"), "30000 60000");
  EXPECT_EQ(update({.cpu = oci::CpuResources{.quota_us = -1}}), "");
  EXPECT_EQ(box("cpu.max"), "max");
}

TEST_F(FakeV2, DoesNotWeighAnIdleCgroup) {
  EXPECT_EQ(update({.cpu = oci::CpuResources{.shares = 512, .idle = 1}}), "");
  EXPECT_EQ(box("cpu.idle"), "1");
  EXPECT_EQ(box("cpu.weight"), "");
}

TEST_F(FakeV2, WritesTheRest) {
  oci::Resources resources;
  resources.pids = {.limit = 7};
  resources.block_io = {.weight = 500, .throttle_write_iops = {{.major = 8, .minor = 16, .rate = 9}}};
  resources.hugepage_limits = {{.page_size = "2MB", .limit_bytes = 4096}};
  resources.rdma["mlx5_1"] = {.hca_handles = 3, .hca_objects = 4};
  resources.unified["memory.high"] = "123";
  EXPECT_EQ(update(resources), "");
  EXPECT_EQ(box("pids.max"), "7");
  EXPECT_EQ(box("io.weight"), "default 4950");
  EXPECT_EQ(box("io.max"), "8:16 wiops=9");
  EXPECT_EQ(box("hugetlb.2MB.max"), "4096");
  EXPECT_EQ(box("hugetlb.2MB.rsvd.max"), "4096");
  EXPECT_EQ(box("rdma.max"), "mlx5_1 hca_handle=3 hca_object=4");
  EXPECT_EQ(box("memory.high"), "123");
}

TEST_F(FakeV2, LiftsLimits) {
  oci::Resources resources;
  resources.pids = {.limit = -1};
  resources.block_io = {.throttle_read_bps = {{.major = 8, .minor = 0, .rate = 0}}};
  EXPECT_EQ(update(resources), "");
  EXPECT_EQ(box("pids.max"), "max");
  EXPECT_EQ(box("io.max"), "8:0 rbps=max");
}

TEST_F(FakeV2, PrefersTheWeightOfBfq) {
  put("box/io.bfq.weight", "");
  oci::Resources resources;
  resources.block_io = {.weight_devices = {{.major = 8, .minor = 0, .weight = 200}}};
  EXPECT_EQ(update(resources), "");
  EXPECT_EQ(box("io.bfq.weight"), "8:0 200");
}

TEST_F(FakeV2, RefusesUnifiedKeysThatAreNotOurs) {
  for (const char* key :
       {"cgroup.procs", "cgroup.freeze", "memory/../x.y", "../memory.max", "memory", "memory.", ".x"}) {
    oci::Resources resources;
    resources.unified[key] = "1";
    EXPECT_THAT(update(resources), HasSubstr("linux.resources.unified")) << key;
  }
  oci::Resources resources;
  resources.unified["misc.max"] = "1";
  EXPECT_THAT(update(resources), HasSubstr("needs the controller 'misc'"));
}

TEST_F(FakeV2, MissesAControllerOnlyWhenALimitNeedsIt) {
  put("box/cgroup.controllers", "cpu");
  EXPECT_THAT(update({.pids = oci::PidsResources{.limit = 5}}), HasSubstr("no controller 'pids'"));
  EXPECT_EQ(update({.pids = oci::PidsResources{.limit = -1}}), "");
  EXPECT_EQ(update({.memory = oci::MemoryResources{.limit_bytes = -1}}), "");
  EXPECT_EQ(box("pids.max"), "");
}

TEST_F(FakeV2, NamesFileValueAndAnswer) {
  oci::Resources resources;
  resources.hugepage_limits = {{.page_size = "1GB", .limit_bytes = 1}};
  EXPECT_EQ(update(resources), "setting linux.resources.hugepageLimits: writing '1' to '" + scratch_.path() +
                                   "/box/hugetlb.1GB.max': No such file or directory");
  resources.hugepage_limits = {{.page_size = "../x", .limit_bytes = 1}};
  EXPECT_THAT(update(resources), HasSubstr("'../x' is no page size"));
}

TEST_F(FakeV2, RefusesACgroupWithProcesses) {
  put("box/cgroup.procs", "123\n");
  const auto cgroup = Cgroup::create(host(), {.cgroups_path = "/box", .id = "x"});
  ASSERT_FALSE(cgroup);
  EXPECT_EQ(cgroup.error().kind(), Errc::failed_precondition);
}

TEST_F(FakeV2, RefusesAThreadedParent) {
  put("box/cgroup.type", "domain invalid");
  const auto cgroup = Cgroup::create(host(), {.cgroups_path = "/box", .id = "x"});
  ASSERT_FALSE(cgroup);
  EXPECT_THAT(cgroup.error().message(), HasSubstr("below one of threads"));
}

TEST_F(FakeV2, CountsWhatIsUsed) {
  put("box/cpu.stat", "usage_usec 10\nuser_usec 7\nsystem_usec 3\nnr_throttled 2\nthrottled_usec 5\n");
  put("box/memory.current", "4096");
  put("box/memory.max", "max");
  put("box/memory.stat", "anon 1\nfile 2048\n");
  put("box/memory.events", "max 4\noom_kill 3\n");
  put("box/pids.current", "2");
  put("box/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n");
  put("box/cpu.pressure",
      "some avg10=1.50 avg60=0.20 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=8\n");
  const auto cgroup = open();
  const auto stats = cgroup.stats().value();
  EXPECT_EQ(stats.cpu->total_ns, 10'000U);
  EXPECT_EQ(stats.cpu->throttled_ns, 5000U);
  EXPECT_EQ(stats.memory->memory.usage, 4096U);
  EXPECT_EQ(stats.memory->memory.limit, UINT64_MAX);
  EXPECT_EQ(stats.memory->memory.failures, 4U);
  EXPECT_EQ(stats.memory->cache_bytes, 2048U);
  EXPECT_FALSE(stats.memory->swap);
  EXPECT_EQ(stats.pids->current, 2U);
  EXPECT_EQ(stats.block_io->service_bytes.size(), 3U);
  EXPECT_EQ(stats.block_io->serviced[1].operation, "Write");
  EXPECT_EQ(stats.block_io->serviced[1].value, 4U);
  EXPECT_DOUBLE_EQ(stats.cpu_pressure->some.avg10, 1.5);
  EXPECT_EQ(stats.cpu_pressure->full.total_us, 8U);
  EXPECT_EQ(cgroup.oom_kills().value(), 3U);
}

TEST_F(FakeV2, FreezesByItsFile) {
  put("box/cgroup.events", "populated 1\nfrozen 1\n");
  auto cgroup = open();
  EXPECT_TRUE(cgroup.freeze());
  EXPECT_EQ(box("cgroup.freeze"), "1");
  EXPECT_TRUE(cgroup.is_frozen().value());
  EXPECT_TRUE(cgroup.thaw());
  EXPECT_FALSE(cgroup.is_frozen().value());
}

TEST_F(FakeV2, HasNoLimitsWithoutACgroup) {
  Host nothing;
  auto cgroup = Cgroup::create(nothing, {.id = "x", .privilege = Privilege::limited}).value();
  EXPECT_TRUE(cgroup.apply({}, Applied::at_creation));
  EXPECT_TRUE(cgroup.apply({.devices = {{.allow = false}}}, Applied::at_creation));
  EXPECT_FALSE(cgroup.apply({.pids = oci::PidsResources{.limit = 5}}, Applied::at_creation));
  EXPECT_FALSE(cgroup.freeze());
  EXPECT_TRUE(cgroup.pids().value().empty());
  EXPECT_TRUE(cgroup.kill(9));
  EXPECT_TRUE(cgroup.destroy());
}

}  // namespace
}  // namespace corten::cgroup
