#include "runtime/plan.hpp"

#include <gtest/gtest.h>

namespace corten::runtime {
namespace {

InitPlan sample_plan() {
  InitPlan plan;
  plan.kind = InitKind::exec;
  plan.spec.oci_version = "1.2.0";
  plan.spec.hostname = "box";
  plan.state = {.oci_version = "1.2.0", .id = "c1", .bundle = "/bundle"};
  plan.bundle = "/bundle";
  plan.rootfs = "/bundle/rootfs";
  plan.no_pivot = true;
  plan.new_keyring = false;
  plan.preserve_fds = 2;
  plan.start_listener = 3;
  plan.seccomp_flags = 8;
  plan.cgroup_files = {1, 2};
  plan.required_capabilities = {"CAP_SYS_RESOURCE"};
  return plan;
}

TEST(Plan, IsReadBackAsItWasWritten) {
  const auto plan = sample_plan();
  const auto read = parse_plan(to_json_text(plan));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, plan);
}

TEST(Plan, NamesTheMemberThatIsWrong) {
  const auto wrong = parse_plan(R"({"kind":"container","bundle":"/b","rootfs":7})");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message().find("plan.rootfs"), std::string::npos) << wrong.error().message();
  EXPECT_FALSE(parse_plan(R"({"kind":"other","bundle":"/b","rootfs":"/r"})"));
  EXPECT_FALSE(parse_plan(R"({"kind":"exec","bundle":"/b","rootfs":"/r","cgroupFiles":[-1]})"));
}

}  // namespace
}  // namespace corten::runtime
