#include <gtest/gtest.h>

#include "cgroup/cgroup.hpp"

namespace corten::cgroup {
namespace {

Hierarchy hierarchy(std::vector<std::string> controllers, std::string own_path) {
  const bool unified = controllers.empty();
  return {.unified = unified,
          .controllers = std::move(controllers),
          .mount_point = unified ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup/pids",
          .own_path = std::move(own_path)};
}

Host hybrid() {
  return {.layout = Layout::hybrid, .hierarchies = {hierarchy({"pids"}, "/me"), hierarchy({}, "/me")}};
}

TEST(CgroupPlan, IsWhereItWillBeMade) {
  const auto absolute = Cgroup::plan(hybrid(), {.cgroups_path = "/a/b", .id = "x"});
  ASSERT_TRUE(absolute) << absolute.error().message();
  ASSERT_EQ(absolute->places.size(), 1U);  // v2 is used only for what v1 lacks
  EXPECT_EQ(absolute->places[0].hierarchy.name(), "pids");
  EXPECT_EQ(absolute->places[0].path, "a/b");
  EXPECT_EQ(Cgroup::plan(hybrid(), {.id = "x"})->places[0].path, "me/x");
  EXPECT_FALSE(Cgroup::plan(hybrid(), {.cgroups_path = std::string("a\nb"), .id = "x"}));
}

TEST(CgroupPlan, NamesTheUnitOfSystemd) {
  const CreateOptions options = {.cgroups_path = "machine-a.slice:corten:x", .id = "x"};
  const auto system = Cgroup::plan_by_systemd(hybrid(), options, SystemdManager::system);
  ASSERT_TRUE(system) << system.error().message();
  EXPECT_EQ(system->unit->name, "corten-x.scope");
  EXPECT_EQ(system->places[0].path, "machine.slice/machine-a.slice/corten-x.scope");
  // Where a user's manager is, only it knows.
  const auto user = Cgroup::plan_by_systemd(hybrid(), options, SystemdManager::user);
  ASSERT_TRUE(user) << user.error().message();
  EXPECT_TRUE(user->places.empty());
  EXPECT_EQ(user->manager, SystemdManager::user);
}

}  // namespace
}  // namespace corten::cgroup
