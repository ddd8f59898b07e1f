// With the cgroups of this machine; each test has one of its own and removes it.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cgroup/cgroup.hpp"
#include "cgroup/device_program.hpp"
#include "cgroup/limits/v1.hpp"
#include "cgroup/patience.hpp"
#include "cgroup/systemd/bus.hpp"
#include "sys/clone.hpp"
#include "sys/names.hpp"
#include "sys/process.hpp"
#include "sys/test_support.hpp"

namespace corten::cgroup {
namespace {

using sys::test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

// Takes signals again, and does not outlive a test that is ended from outside.
void start_child() {
  sys::reset_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

class RealCgroup : public testing::Test {
 protected:
  void SetUp() override {
    static int number = 0;
    host_ = detect_host().value();
    name_ = "corten-test-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
    make({});
  }

  void make(const oci::Resources& resources) {
    if (cgroup_) {
      ASSERT_EQ(error_of(cgroup_->destroy()), "");
    }
    auto made = Cgroup::create(host_, {.cgroups_path = "/" + name_, .id = "x", .resources = &resources});
    if (!made) {
      const int err = made.error().errnum();
      if (err == EACCES || err == EPERM || err == EROFS) GTEST_SKIP() << "only root may make cgroups";
    }
    ASSERT_TRUE(made) << made.error().message();
    cgroup_.emplace(std::move(*made));
    if (cgroup_->location().places.empty()) GTEST_SKIP() << "no cgroups are mounted";
  }

  void TearDown() override {
    if (!cgroup_) return;
    EXPECT_EQ(error_of(cgroup_->kill(SIGKILL)), "");
    for (auto& child : children_) EXPECT_TRUE(child.wait());
    EXPECT_EQ(error_of(cgroup_->destroy()), "");
  }

  // A process that enters the cgroup by itself, as a container's does, and sleeps. With `forks` it is two.
  sys::Child& add_process(bool forks = false, const std::string& below = "") {
    const auto files = cgroup_->open_attach_files(below).value();
    auto clone = sys::clone_process().value();
    if (clone.pid == 0) {
      start_child();
      for (const auto& file : files.v1) {
        if (::write(file.get(), "0", 1) != 1) ::_exit(1);
      }
      if (files.v2 && ::write(files.v2->get(), "0", 1) != 1) ::_exit(2);
      if (forks && ::fork() == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      while (true) ::pause();
    }
    children_.emplace_back(clone.pid, std::move(clone.pidfd));
    wait_for_pids(forks ? 2 : 1);
    return children_.back();
  }

  void wait_for_pids(std::size_t count) {
    Patience patience;
    while (cgroup_->pids().value().size() < count && patience.pause()) {
    }
    ASSERT_GE(cgroup_->pids().value().size(), count);
  }

  bool has_v1(std::string_view controller) const { return find_hierarchy(controller) != nullptr; }
  const Hierarchy* find_hierarchy(std::string_view controller) const {
    for (const auto& each : host_.hierarchies) {
      if (each.has(controller)) return &each;
    }
    return nullptr;
  }
  std::string read(std::string_view controller, const char* file) const {
    const auto mount = Directory::open(find_hierarchy(controller)->mount_point).value();
    const auto dir = mount.open_below(name_).value();
    const auto text = dir.read(file);
    return text ? *text : text.error().message();
  }
  std::string update(const oci::Resources& resources) {
    return error_of(cgroup_->apply(resources, Applied::as_update));
  }

  Host host_;
  std::string name_;
  std::optional<Cgroup> cgroup_;
  std::vector<sys::Child> children_;
};

TEST_F(RealCgroup, TakesAProcessThatEntersByItself) {
  auto& child = add_process();
  EXPECT_THAT(cgroup_->pids().value(), ElementsAre(child.pid()));
  EXPECT_EQ(child.wait_for(std::chrono::milliseconds(0)).value(), std::nullopt);
}

TEST_F(RealCgroup, KillsAllProcesses) {
  (void)add_process(true);
  EXPECT_EQ(cgroup_->pids().value().size(), 2U);
  EXPECT_EQ(error_of(cgroup_->kill(SIGKILL)), "");
  EXPECT_TRUE(cgroup_->pids().value().empty());
}

TEST_F(RealCgroup, SendsOtherSignalsToAll) {
  auto& child = add_process();
  EXPECT_EQ(error_of(cgroup_->kill(SIGTERM)), "");
  EXPECT_EQ(child.wait().value().signal, SIGTERM);
}

TEST_F(RealCgroup, FreezesAndThaws) {
  auto& child = add_process(true);
  EXPECT_FALSE(cgroup_->is_frozen().value());
  ASSERT_EQ(error_of(cgroup_->freeze()), "");
  EXPECT_TRUE(cgroup_->is_frozen().value());
  ASSERT_TRUE(child.kill(SIGTERM));
  // The freezer of v1 holds back even what would end the process.
  if (has_v1("freezer")) {
    EXPECT_EQ(child.wait_for(std::chrono::milliseconds(50)).value(), std::nullopt);
  }
  ASSERT_EQ(error_of(cgroup_->thaw()), "");
  EXPECT_FALSE(cgroup_->is_frozen().value());
  EXPECT_EQ(child.wait().value().signal, SIGTERM);
}

TEST_F(RealCgroup, KillsWhatIsFrozen) {
  auto& child = add_process();
  ASSERT_EQ(error_of(cgroup_->freeze()), "");
  EXPECT_EQ(error_of(cgroup_->kill(SIGKILL)), "");
  EXPECT_EQ(child.wait().value().signal, SIGKILL);
}

TEST_F(RealCgroup, IsFoundAgainByItsLocation) {
  auto& child = add_process();
  const auto json = to_json(cgroup_->location());
  const auto location = parse_location(JsonView::of_object(json, "state").value()).value();
  auto again = Cgroup::open(location).value();
  EXPECT_THAT(again.pids().value(), ElementsAre(child.pid()));
  EXPECT_EQ(to_json(again.location()), json);
}

TEST_F(RealCgroup, CanBeRemovedTwice) {
  const auto location = cgroup_->location();
  ASSERT_EQ(error_of(cgroup_->destroy()), "");
  auto again = Cgroup::open(location).value();
  EXPECT_EQ(error_of(again.destroy()), "");
  EXPECT_EQ(error_of(again.kill(SIGKILL)), "");
}

TEST_F(RealCgroup, RemovesChildrenToo) {
  for (const auto& place : cgroup_->location().places) {
    const auto mount = Directory::open(place.hierarchy.mount_point).value();
    const auto dir = mount.open_below(place.path).value();
    ASSERT_TRUE(dir.ensure_child("inner").value().ensure_child("innermost"));
  }
  const auto location = cgroup_->location();
  ASSERT_EQ(error_of(cgroup_->destroy()), "");
  for (const auto& place : location.places) {
    EXPECT_FALSE(Directory::open(place.hierarchy.mount_point).value().has(place.path));
  }
}

TEST_F(RealCgroup, CountsProcessesBelowIt) {
  for (const auto& place : cgroup_->location().places) {
    const auto mount = Directory::open(place.hierarchy.mount_point).value();
    const auto dir = mount.open_below(place.path).value();
    const auto inner = dir.ensure_child("inner").value();
    if (place.hierarchy.has("cpuset")) {
      ASSERT_TRUE(inherit_cpuset_v1(dir, inner));
    }
  }
  auto& child = add_process(false, "inner");
  EXPECT_THAT(cgroup_->pids().value(), ElementsAre(child.pid()));
}

TEST_F(RealCgroup, RefusesOneWithProcesses) {
  (void)add_process();
  const auto second = Cgroup::create(host_, {.cgroups_path = "/" + name_, .id = "x"});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr("has processes already (1 of them)"));
  EXPECT_EQ(cgroup_->pids().value().size(), 1U);
}

TEST_F(RealCgroup, CountsWhatIsUsed) {
  (void)add_process();
  const auto stats = cgroup_->stats().value();
  const bool v2 = host_.layout == Layout::v2;
  if (has_v1("pids") || v2) {
    ASSERT_TRUE(stats.pids);
    EXPECT_EQ(stats.pids->current, 1U);
    EXPECT_EQ(stats.pids->limit, UINT64_MAX);
  }
  if (has_v1("memory") || v2) {
    ASSERT_TRUE(stats.memory);
    EXPECT_EQ(stats.memory->memory.limit, UINT64_MAX);
    EXPECT_TRUE(stats.memory->raw.contains(v2 ? "anon" : "cache"));
    EXPECT_EQ(cgroup_->oom_kills().value(), 0U);
  }
  if (has_v1("cpuacct")) {
    EXPECT_FALSE(stats.cpu->per_cpu_ns.empty());
  }
}

class RealV1 : public RealCgroup {
 protected:
  void SetUp() override {
    RealCgroup::SetUp();
    if (!IsSkipped() && !has_v1("memory")) GTEST_SKIP() << "no v1 controllers are mounted";
  }
};

TEST_F(RealV1, FillsTheCpuset) {
  EXPECT_FALSE(read("cpuset", "cpuset.cpus").empty());
  EXPECT_FALSE(read("cpuset", "cpuset.mems").empty());
}

TEST_F(RealV1, LimitsMemoryUpAndDown) {
  constexpr std::int64_t kMiB = 1 << 20;
  const auto limits = [](std::int64_t memory, std::int64_t both) {
    return oci::Resources{.memory = oci::MemoryResources{.limit_bytes = memory, .swap_bytes = both}};
  };
  for (const auto& [memory, both] :
       {std::pair{64 * kMiB, 128 * kMiB}, {256 * kMiB, 512 * kMiB}, {32 * kMiB, 32 * kMiB}}) {
    ASSERT_EQ(update(limits(memory, both)), "");
    EXPECT_EQ(read("memory", "memory.limit_in_bytes"), std::to_string(memory));
    EXPECT_EQ(read("memory", "memory.memsw.limit_in_bytes"), std::to_string(both));
  }
  ASSERT_EQ(update({.memory = oci::MemoryResources{.limit_bytes = -1}}), "");
  EXPECT_EQ(cgroup_->stats().value().memory->memory.limit, UINT64_MAX);
  EXPECT_EQ(cgroup_->stats().value().memory->swap->limit, UINT64_MAX);
  EXPECT_THAT(update(limits(64 * kMiB, 32 * kMiB)), HasSubstr("linux.resources.memory.swap"));
}

TEST_F(RealV1, SetsTheOtherLimits) {
  oci::Resources resources;
  resources.memory = {.reservation_bytes = 1 << 20, .swappiness = 20};
  resources.cpu = {
      .shares = 512, .quota_us = 20'000, .burst_us = 5000, .period_us = 50'000, .cpus = "0", .mems = "0"};
  resources.pids = {.limit = 12};
  ASSERT_EQ(update(resources), "");
  EXPECT_EQ(read("memory", "memory.soft_limit_in_bytes"), "1048576");
  EXPECT_EQ(read("memory", "memory.swappiness"), "20");
  EXPECT_EQ(read("cpu", "cpu.shares"), "512");
  EXPECT_EQ(read("cpu", "cpu.cfs_quota_us"), "20000");
  EXPECT_EQ(read("cpu", "cpu.cfs_period_us"), "50000");
  EXPECT_EQ(read("cpu", "cpu.cfs_burst_us"), "5000");
  EXPECT_EQ(read("cpuset", "cpuset.cpus"), "0");
  EXPECT_EQ(read("pids", "pids.max"), "12");
  ASSERT_EQ(update({.pids = oci::PidsResources{.limit = -1}}), "");
  EXPECT_EQ(read("pids", "pids.max"), "max");
}

TEST_F(RealV1, SaysWhatTheKernelRefuses) {
  EXPECT_THAT(
      update({.cpu = oci::CpuResources{.quota_us = 10}}),
      testing::AllOf(HasSubstr("writing '10' to '"), HasSubstr("/cpu.cfs_quota_us': Invalid argument")));
  EXPECT_THAT(update({.cpu = oci::CpuResources{.shares = 1}}),
              HasSubstr("linux.resources.cpu.shares: 1 is less than 2, the least of the kernel"));
  EXPECT_THAT(update({.memory = oci::MemoryResources{.swappiness = 500}}), HasSubstr("memory.swappiness"));
}

TEST_F(RealV1, AllowsTheDevicesOfAContainer) {
  ASSERT_EQ(error_of(cgroup_->apply({.devices = {{.allow = false, .access = "rwm"}}}, Applied::at_creation)),
            "");
  const auto list = read("devices", "devices.list");
  EXPECT_THAT(list, HasSubstr("c 1:3 rwm\n"));
  EXPECT_THAT(list, HasSubstr("c 136:* rwm"));
  EXPECT_THAT(list, HasSubstr("b *:* m\n"));
  EXPECT_THAT(list, testing::Not(HasSubstr("c 1:1 ")));
  ASSERT_EQ(update({.pids = oci::PidsResources{.limit = 5}}), "");
  EXPECT_EQ(read("devices", "devices.list"), list) << "an update without device rules leaves them";
  ASSERT_EQ(update({.devices = {{.allow = true, .access = "rwm"}}}), "");
  EXPECT_EQ(read("devices", "devices.list"), "a *:* rwm");
}

TEST_F(RealV1, CountsAKillForWantOfMemory) {
  if (::access("/bin/sh", X_OK) != 0) GTEST_SKIP() << "no shell";
  ASSERT_EQ(update({.memory = oci::MemoryResources{.limit_bytes = 4 << 20, .swap_bytes = 4 << 20}}), "");
  const auto files = cgroup_->open_attach_files().value();
  auto clone = sys::clone_process().value();
  if (clone.pid == 0) {
    for (const auto& file : files.v1) {
      if (::write(file.get(), "0", 1) != 1) ::_exit(1);
    }
    // Written pages: 64 MiB of them.
    ::execl("/bin/sh", "sh", "-c",
            "exec >/dev/null 2>&1; x=$(head -c 67108864 /dev/zero | tr '\\0' a); echo ${#x}", nullptr);
    ::_exit(1);
  }
  children_.emplace_back(clone.pid, std::move(clone.pidfd));
  EXPECT_FALSE(children_.back().wait().value().success());
  EXPECT_GT(cgroup_->oom_kills().value().value_or(0), 0U);
  EXPECT_GT(cgroup_->stats().value().memory->memory.max_usage, 1U << 20);
}

TEST_F(RealV1, UsesV2ForWhatV1Lacks) {
  const auto* unified = host_.find_unified();
  if (unified == nullptr || has_v1("hugetlb")) GTEST_SKIP() << "v1 has all controllers";
  const auto root = Directory::open(unified->mount_point).value();
  if (!testing::Matches(HasSubstr("hugetlb"))(root.read("cgroup.controllers").value())) {
    GTEST_SKIP() << "nobody has the controller hugetlb";
  }
  EXPECT_THAT(update({.hugepage_limits = {{"2MB", 1U << 21}}}), HasSubstr("no controller 'hugetlb'"));
  const auto before = root.read("cgroup.subtree_control").value();
  const oci::Resources resources{.hugepage_limits = {{"2MB", 1U << 21}}};
  make(resources);
  ASSERT_EQ(error_of(cgroup_->apply(resources, Applied::at_creation)), "");
  EXPECT_EQ(root.open_below(name_).value().read("hugetlb.2MB.max").value(), std::to_string(1U << 21));
  auto& child = add_process();
  EXPECT_THAT(cgroup_->pids().value(), ElementsAre(child.pid()));
  EXPECT_EQ(cgroup_->stats().value().hugetlb.at("2MB").limit, 1U << 21);
  ASSERT_EQ(error_of(cgroup_->freeze()), "");
  EXPECT_EQ(error_of(cgroup_->kill(SIGKILL)), "") << "frozen in v1, killed through v2";
  EXPECT_EQ(child.wait().value().signal, SIGKILL);
  children_.clear();
  ASSERT_EQ(error_of(cgroup_->destroy()), "");
  if (before.find("hugetlb") == std::string::npos) (void)root.write("cgroup.subtree_control", "-hugetlb");
}

class RealUnified : public RealCgroup {
 protected:
  void SetUp() override {
    RealCgroup::SetUp();
    if (IsSkipped()) return;
    const auto* unified = host_.find_unified();
    if (unified == nullptr) GTEST_SKIP() << "no v2 hierarchy is mounted";
    // As on a host that has v2 alone.
    auto unified_only = *unified;
    host_ = {.layout = Layout::v2, .hierarchies = {unified_only}};
    make({});
  }
};

TEST_F(RealUnified, FreezesAndKillsAtOnce) {
  ASSERT_EQ(cgroup_->location().places.size(), 1U);
  auto& child = add_process(true);
  ASSERT_EQ(error_of(cgroup_->freeze()), "");
  EXPECT_TRUE(cgroup_->is_frozen().value());
  EXPECT_EQ(error_of(cgroup_->kill(SIGKILL)), "");
  EXPECT_EQ(child.wait().value().signal, SIGKILL);
  EXPECT_TRUE(cgroup_->pids().value().empty());
}

TEST_F(RealUnified, CountsTimeAndPressure) {
  (void)add_process();
  const auto stats = cgroup_->stats().value();
  EXPECT_TRUE(stats.cpu);
  const auto mount = Directory::open(host_.hierarchies[0].mount_point).value();
  EXPECT_EQ(stats.cpu_pressure.has_value(),
            mount.open_below(name_).value().find("cpu.pressure").value().has_value());
}

TEST_F(RealUnified, DecidesAboutDevicesByAProgram) {
  const oci::Resources resources{.devices = {{.allow = false, .access = "rwm"}}};
  const auto applied = cgroup_->apply(resources, Applied::at_creation);
  if (!applied && (applied.error().errnum() == EPERM || applied.error().errnum() == EINVAL)) {
    GTEST_SKIP() << "the kernel takes no device programs: " << applied.error().message();
  }
  ASSERT_TRUE(applied) << applied.error().message();
  const auto files = cgroup_->open_attach_files().value();
  EXPECT_EQ(sys::count_device_programs(*files.v2_directory).value(), 1U);
  ASSERT_EQ(update(resources), "");
  EXPECT_EQ(sys::count_device_programs(*files.v2_directory).value(), 1U) << "replaced, not added";
  auto clone = sys::clone_process().value();
  if (clone.pid == 0) {  // null may be opened, kmsg (1:11) may not
    if (::write(files.v2->get(), "0", 1) != 1) ::_exit(1);
    if (::open("/dev/null", O_RDWR | O_CLOEXEC) < 0) ::_exit(2);
    if (::open("/dev/kmsg", O_RDONLY | O_CLOEXEC) >= 0) ::_exit(3);
    ::_exit(errno == EPERM ? 0 : 4);
  }
  children_.emplace_back(clone.pid, std::move(clone.pidfd));
  EXPECT_EQ(children_.back().wait().value().code, 0);
}

TEST(SystemdBus, IsRefusedClearlyWhereThereIsNone) {
  if (::access("/run/systemd/system", F_OK) == 0) GTEST_SKIP() << "systemd runs here";
  const auto started = start_unit(SystemdManager::system, "corten-test.scope", {});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("--systemd-cgroup"));
  EXPECT_FALSE(started.error().hint().empty());
}

}  // namespace
}  // namespace corten::cgroup
