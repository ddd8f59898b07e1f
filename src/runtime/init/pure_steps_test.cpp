// The parts of the steps that need no container.
#include <sched.h>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/init/affinity.hpp"
#include "runtime/init/environment.hpp"
#include "runtime/init/execute.hpp"
#include "runtime/init/limits.hpp"
#include "runtime/init/namespaces.hpp"
#include "runtime/init/sysctl.hpp"

namespace corten::runtime {
namespace {

TEST(SysctlPath, TheFirstSeparatorCounts) {
  EXPECT_EQ(*sysctl_path("net.ipv4.ip_forward"), "net/ipv4/ip_forward");
  EXPECT_EQ(*sysctl_path("net/ipv4/conf/eth0.1/forwarding"), "net/ipv4/conf/eth0.1/forwarding");
  EXPECT_EQ(*sysctl_path("net.ipv4.conf.eth0/1.forwarding"), "net/ipv4/conf/eth0.1/forwarding");
}

TEST(SysctlPath, NamesThatLeaveProcSysAreRefused) {
  EXPECT_FALSE(sysctl_path("/etc/passwd"));
  EXPECT_FALSE(sysctl_path("net/../../self/oom_score_adj"));
  EXPECT_FALSE(sysctl_path(""));
  EXPECT_FALSE(sysctl_path("net..ipv4"));
}

TEST(ProgramCandidates, AreThoseOfThePathOfTheProcess) {
  using testing::ElementsAre;
  EXPECT_THAT(program_candidates("sh", {"A=b", "PATH=/x::/y"}), ElementsAre("/x/sh", "./sh", "/y/sh"));
  EXPECT_THAT(program_candidates("./sh", {"PATH=/x"}), ElementsAre("./sh"));
  EXPECT_EQ(program_candidates("sh", {}).size(), 6U);
}

TEST(HomeOfAUser, ComesFromTheSixthField) {
  constexpr auto kPasswd =
      "root:x:0:0::/root:/bin/sh\nbroken\nann:x:12:12:Ann:/home/ann:/bin/sh\nno:x:13:13:::\n";
  EXPECT_EQ(find_home(kPasswd, 12), "/home/ann");
  EXPECT_EQ(find_home(kPasswd, 0), "/root");
  EXPECT_EQ(find_home(kPasswd, 13), std::nullopt);
  EXPECT_EQ(find_home(kPasswd, 1), std::nullopt);
}

TEST(CpuList, HasNumbersAndRanges) {
  const auto set = parse_cpu_list("0-2,7");
  ASSERT_TRUE(set);
  EXPECT_EQ(CPU_COUNT(&*set), 4);
  EXPECT_TRUE(CPU_ISSET(7, &*set));
  for (const auto* wrong : {"", "a", "3-1", "0-99999", "1,", "-1"})
    EXPECT_FALSE(parse_cpu_list(wrong)) << wrong;
}

TEST(LimitNames, AreThoseOfLinux) {
  EXPECT_EQ(*parse_limit_name("RLIMIT_NOFILE"), static_cast<int>(RLIMIT_NOFILE));
  EXPECT_FALSE(parse_limit_name("RLIMIT_FOO"));
}

TEST(NewNamespaces, AreThoseWithoutAPath) {
  oci::Linux linux_part;
  linux_part.namespaces = {{.type = oci::NamespaceType::pid},
                           {.type = oci::NamespaceType::network, .path = "/run/netns/x"},
                           {.type = oci::NamespaceType::mount},
                           {.type = oci::NamespaceType::user},
                           {.type = oci::NamespaceType::cgroup}};
  EXPECT_EQ(flags_of_new_namespaces(linux_part), CLONE_NEWPID | CLONE_NEWNS);
  EXPECT_TRUE(makes_namespace(linux_part, oci::NamespaceType::pid));
  EXPECT_FALSE(makes_namespace(linux_part, oci::NamespaceType::network));
  EXPECT_FALSE(makes_namespace(linux_part, oci::NamespaceType::time));
}

}  // namespace
}  // namespace corten::runtime
