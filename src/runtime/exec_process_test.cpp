#include "runtime/exec_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corten::runtime {
namespace {

using testing::ElementsAre;

oci::Process sleeper() {
  oci::Process process;
  process.terminal = true;
  process.args = {"sleep", "9"};
  process.env = {"PATH=/bin", "A=1"};
  process.cwd = "/";
  process.user = {.uid = 1, .gid = 2, .additional_gids = {3}};
  process.capabilities = oci::Capabilities{.bounding = {"CAP_KILL"}, .effective = {}, .inheritable = {}};
  return process;
}

TEST(ExecProcess, WithoutChangesOnlyTheCommandDiffers) {
  auto expected = sleeper();
  expected.args = {"id"};
  expected.terminal = false;
  EXPECT_EQ(process_for_exec(sleeper(), {.args = {"id"}}).value(), expected);
}

TEST(ExecProcess, NeedsACommand) {
  const auto process = process_for_exec(sleeper(), {});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().kind(), Errc::invalid_argument);
}

TEST(ExecProcess, VariablesGoOverThoseOfTheContainer) {
  const auto process = process_for_exec(sleeper(), {.args = {"id"}, .env = {"A=2", "B=3"}});
  ASSERT_TRUE(process);
  EXPECT_THAT(process->env, ElementsAre("PATH=/bin", "A=2", "B=3"));
}

TEST(ExecProcess, GroupsAreAdded) {
  const auto process = process_for_exec(
      sleeper(),
      {.args = {"id"}, .user = UserIds{.uid = 7}, .additional_gids = {8}, .no_new_privileges = true});
  ASSERT_TRUE(process);
  EXPECT_EQ(process->user.uid, 7U);
  EXPECT_EQ(process->user.gid, 2U);
  EXPECT_THAT(process->user.additional_gids, ElementsAre(3, 8));
  EXPECT_TRUE(process->no_new_privileges);
}

// An inheritable one would be gained by files that the image marks so: CVE-2022-29162.
TEST(ExecProcess, AddedCapabilitiesAreNotInheritable) {
  const auto process =
      process_for_exec(sleeper(), {.args = {"id"}, .capabilities = {"net_admin", "CAP_KILL"}});
  ASSERT_TRUE(process);
  EXPECT_THAT(process->capabilities->bounding, ElementsAre("CAP_KILL", "CAP_NET_ADMIN"));
  EXPECT_THAT(process->capabilities->effective, ElementsAre("CAP_NET_ADMIN", "CAP_KILL"));
  EXPECT_THAT(process->capabilities->permitted, ElementsAre("CAP_NET_ADMIN", "CAP_KILL"));
  EXPECT_THAT(process->capabilities->inheritable, ElementsAre());
  EXPECT_THAT(process->capabilities->ambient, ElementsAre());
}

TEST(ExecProcess, Users) {
  EXPECT_EQ(parse_user("0").value(), (UserIds{.uid = 0}));
  EXPECT_EQ(parse_user("1000:5").value(), (UserIds{.uid = 1000, .gid = 5}));
  for (const auto* text : {"", "root", "1:", ":1", "-1", "1:2:3", "4294967295"})
    EXPECT_FALSE(parse_user(text)) << text;
  EXPECT_EQ(parse_user("root").error().message(), "--user: expected a whole number, found 'root'");
}

}  // namespace
}  // namespace corten::runtime
