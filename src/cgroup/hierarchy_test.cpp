#include "cgroup/hierarchy.hpp"

#include <gtest/gtest.h>

#include "cgroup/path.hpp"

namespace corten::cgroup {
namespace {

std::string mount_line(const std::string& root, const std::string& target, const std::string& type,
                       const std::string& options) {
  return "31 23 0:28 " + root + " " + target + " rw,relatime - " + type + " cgroup " + options + "\n";
}

const std::string v1_mounts = mount_line("/", "/sys/fs/cgroup/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct") +
                              mount_line("/", "/sys/fs/cgroup/cpuset", "cgroup", "rw,cpuset") +
                              mount_line("/", "/sys/fs/cgroup/systemd", "cgroup", "rw,xattr,name=systemd");
const std::string v2_mount = mount_line("/", "/sys/fs/cgroup", "cgroup2", "rw,nsdelegate");

TEST(Host, SeesV1WithCombinedControllers) {
  const auto host = parse_host(v1_mounts, "3:cpuset:/\n2:cpu,cpuacct:/a:b/c\n1:name=systemd:/x\n").value();
  EXPECT_EQ(host.layout, Layout::v1);
  ASSERT_EQ(host.hierarchies.size(), 3U);
  const auto& cpu = host.hierarchies[1];
  EXPECT_EQ(cpu.name(), "cpu,cpuacct");
  EXPECT_TRUE(cpu.has("cpuacct"));
  EXPECT_FALSE(cpu.has("cpuset"));
  EXPECT_EQ(cpu.mount_point, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(cpu.own_path, "/a:b/c");
  EXPECT_EQ(host.find_unified(), nullptr);
}

TEST(Host, SeesHybridWithV2Last) {
  const auto mounts = v1_mounts + mount_line("/", "/sys/fs/cgroup/unified", "cgroup2", "rw");
  const auto host = parse_host(mounts, "1:cpuset:/\n0::/user.slice\n").value();
  EXPECT_EQ(host.layout, Layout::hybrid);
  ASSERT_EQ(host.hierarchies.size(), 2U);
  EXPECT_TRUE(host.hierarchies[1].unified);
  EXPECT_EQ(host.hierarchies[1].name(), "");
  EXPECT_EQ(host.find_unified()->mount_point, "/sys/fs/cgroup/unified");
}

TEST(Host, IsV2AlsoBesideANamedHierarchyWithoutControllers) {
  EXPECT_EQ(parse_host(v2_mount, "0::/a\n").value().layout, Layout::v2);
  EXPECT_EQ(parse_host(v2_mount + v1_mounts, "1:name=systemd:/\n0::/a\n").value().layout, Layout::v2);
}

TEST(Host, LeavesOutWhatIsNotMounted) {
  EXPECT_EQ(parse_host("", "1:cpuset:/\n0::/\n").value().layout, Layout::none);
  EXPECT_EQ(parse_host(v2_mount, "4:cpuset:/\n0::/\n").value().hierarchies.size(), 1U);
}

TEST(Host, PlacesTheCallerBelowABindMount) {
  const auto mounts = mount_line("/docker/abc", "/sys/fs/cgroup", "cgroup2", "rw");
  EXPECT_EQ(parse_host(mounts, "0::/docker/abc/x\n").value().hierarchies[0].own_path, "/x");
  EXPECT_EQ(parse_host(mounts, "0::/docker/abc\n").value().hierarchies[0].own_path, "/");
  // A neighbour whose name begins the same.
  EXPECT_EQ(parse_host(mounts, "0::/docker/abcd\n").value().hierarchies[0].own_path, "/");
}

TEST(Host, StandsAtTheTopInACgroupNamespaceWithoutAMountOfItsOwn) {
  const auto mounts = mount_line("/../..", "/sys/fs/cgroup", "cgroup2", "rw");
  EXPECT_EQ(parse_host(mounts, "0::/\n").value().hierarchies[0].own_path, "/");
}

TEST(Host, PrefersTheMountThatShowsMost) {
  const auto mounts = mount_line("/a", "/part", "cgroup2", "rw") + mount_line("/", "/whole", "cgroup2", "rw");
  EXPECT_EQ(parse_host(mounts, "0::/a\n").value().hierarchies[0].mount_point, "/whole");
}

TEST(Host, RefusesWhatIsNoMembership) {
  EXPECT_FALSE(parse_host(v2_mount, "nonsense\n"));
  EXPECT_FALSE(parse_memberships("0::relative"));
}

TEST(CgroupsPath, IsAbsoluteRelativeOrTheId) {
  using From = CgroupPath::From;
  EXPECT_EQ(parse_cgroups_path("/a//b/./c/", "id").value(), (CgroupPath{From::root, "a/b/c"}));
  EXPECT_EQ(parse_cgroups_path("a/b", "id").value(), (CgroupPath{From::caller, "a/b"}));
  EXPECT_EQ(parse_cgroups_path("", "id").value(), (CgroupPath{From::caller, "id"}));
}

TEST(CgroupsPath, NeverLeadsOut) {
  EXPECT_EQ(parse_cgroups_path("/../../etc", "id").value().path, "etc");
  EXPECT_EQ(parse_cgroups_path("../../a/../b", "id").value().path, "b");
  for (const char* refused : {"/", "/..", "a/..", "."}) EXPECT_FALSE(parse_cgroups_path(refused, "id"));
  EXPECT_FALSE(parse_cgroups_path("/a\nb", "id"));
  EXPECT_FALSE(parse_cgroups_path(std::string_view("/a\0b", 4), "id"));
}

TEST(CgroupsPath, BeginsAtTheCallerOnV1AndBesideItOnV2) {
  const auto relative = parse_cgroups_path("box", "id").value();
  Hierarchy hierarchy{.controllers = {"cpu"}, .own_path = "/user/me"};
  EXPECT_EQ(place_in(hierarchy, relative), "user/me/box");
  hierarchy.unified = true;
  EXPECT_EQ(place_in(hierarchy, relative), "user/box");
  EXPECT_EQ(place_in(hierarchy, parse_cgroups_path("/box", "id").value()), "box");
  hierarchy.own_path = "/";
  EXPECT_EQ(place_in(hierarchy, relative), "box");
}

TEST(SystemdPath, HasSlicePrefixAndName) {
  const auto system = SystemdManager::system;
  EXPECT_EQ(parse_systemd_path("machine.slice:libpod:abc", "id", system).value(),
            (SystemdUnit{"machine.slice", "libpod-abc.scope"}));
  EXPECT_EQ(parse_systemd_path("::abc", "id", system).value(), (SystemdUnit{"system.slice", "abc.scope"}));
  EXPECT_EQ(parse_systemd_path("", "id", SystemdManager::user).value(),
            (SystemdUnit{"user.slice", "corten-id.scope"}));
  EXPECT_TRUE(parse_systemd_path("a.slice:x:a-b.slice", "id", system).value().is_slice());
  for (const char* refused :
       {"/a/b", "a:b", "a:b:c:d", "a:b:c", "a.slice:b:", "a.slice:b:c/d", "a/b.slice:c:d"}) {
    EXPECT_FALSE(parse_systemd_path(refused, "id", system)) << refused;
  }
}

TEST(SystemdPath, SlicesNestByTheirDashes) {
  EXPECT_EQ(expand_slice("a.slice").value(), "a.slice");
  EXPECT_EQ(expand_slice("a-b-c.slice").value(), "a.slice/a-b.slice/a-b-c.slice");
  EXPECT_EQ(expand_slice("-.slice").value(), "");
  for (const char* refused : {"a", ".slice", "a--b.slice", "-a.slice", "a-.slice", "a/b.slice"}) {
    EXPECT_FALSE(expand_slice(refused)) << refused;
  }
}

}  // namespace
}  // namespace corten::cgroup
