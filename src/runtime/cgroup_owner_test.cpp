#include "runtime/cgroup_owner.hpp"

#include <gtest/gtest.h>

namespace corten::runtime {
namespace {

// A container that manages its own cgroups, as root of a user namespace.
oci::Spec sample() {
  oci::Spec spec;
  spec.process.emplace();
  spec.mounts = {
      {.destination = "/sys/fs/cgroup", .type = "cgroup", .source = "cgroup", .options = {"nosuid", "rw"}}};
  auto& linux_part = spec.linux_part.emplace();
  linux_part.namespaces = {{.type = oci::NamespaceType::cgroup}, {.type = oci::NamespaceType::user}};
  linux_part.uid_mappings = {{.container_id = 0, .host_id = 100'000, .size = 1000},
                             {.container_id = 1000, .host_id = 5000, .size = 1}};
  return spec;
}

TEST(CgroupOwner, IsTheHostsNumberOfTheProcess) {
  auto spec = sample();
  EXPECT_EQ(cgroup_owner(spec), 100'000U);
  spec.process->user.uid = 999;
  EXPECT_EQ(cgroup_owner(spec), 100'999U);
  spec.process->user.uid = 1000;
  EXPECT_EQ(cgroup_owner(spec), 5000U);
  spec.process->user.uid = 1001;
  EXPECT_EQ(cgroup_owner(spec), std::nullopt) << "not mapped";
}

TEST(CgroupOwner, IsTheSameNumberWithoutAUserNamespace) {
  auto spec = sample();
  spec.linux_part->namespaces.pop_back();
  spec.process->user.uid = 7;
  EXPECT_EQ(cgroup_owner(spec), 7U);
}

TEST(CgroupOwner, StaysWhereTheContainerCannotUseIt) {
  auto spec = sample();
  spec.mounts[0].options = {"ro"};
  EXPECT_EQ(cgroup_owner(spec), std::nullopt);
  spec.mounts.clear();
  EXPECT_EQ(cgroup_owner(spec), std::nullopt);
  spec = sample();
  spec.linux_part->namespaces[0].path = "/proc/1/ns/cgroup";
  EXPECT_EQ(cgroup_owner(spec), std::nullopt) << "the namespace of others";
  spec = sample();
  spec.linux_part->namespaces[1].path = "/proc/1/ns/user";
  EXPECT_EQ(cgroup_owner(spec), std::nullopt) << "its maps are not known";
}

}  // namespace
}  // namespace corten::runtime
