#include "seccomp/compile.hpp"

#include <linux/seccomp.h>

#include <gtest/gtest.h>

#include "seccomp/api.hpp"
#include "seccomp/flags.hpp"

namespace corten::seccomp {
namespace {

using oci::SeccompAction;
using oci::SeccompOperator;

oci::Seccomp profile_with(oci::SeccompSyscall rule) {
  return {.default_action = SeccompAction::allow, .syscalls = {std::move(rule)}};
}

std::string error_of(const oci::Seccomp& profile) {
  const auto filter = compile(profile);
  return filter ? std::string("none") : filter.error().message();
}

TEST(Compile, LeavesOutUnknownCalls) {
  const auto none = compile({.default_action = SeccompAction::allow});
  const auto unknown = compile(profile_with({.names = {"no_such_call"}, .action = SeccompAction::kill}));
  ASSERT_TRUE(none && unknown);
  EXPECT_EQ(none->program, unknown->program);
}

TEST(Compile, NamesTheMemberThatIsWrong) {
  auto rule = oci::SeccompSyscall{.names = {"getppid"}, .action = SeccompAction::return_errno};
  rule.args = {{.index = 6, .value = 0, .op = SeccompOperator::eq}};
  EXPECT_EQ(error_of(profile_with(rule)),
            "linux.seccomp.syscalls[0]: args[0].index: 6, but a system call has arguments 0 to 5");
  EXPECT_EQ(
      error_of(profile_with({.names = {"x"}, .action = SeccompAction::return_errno, .errno_ret = 4096})),
      "linux.seccomp.syscalls[0]: errno 4096 is too large, 4095 is the largest");
  EXPECT_EQ(error_of({.default_action = SeccompAction::allow, .architectures = {"SCMP_ARCH_Z80"}}),
            "linux.seccomp: architectures: 'SCMP_ARCH_Z80' is no architecture of seccomp");
  EXPECT_EQ(error_of({.default_action = SeccompAction::allow, .flags = {"SECCOMP_FILTER_FLAG_NO"}}),
            "linux.seccomp: flags: 'SECCOMP_FILTER_FLAG_NO' is no flag of seccomp");
}

TEST(Compile, RefusesAnErrnoWhereNoneIsReturned) {
  EXPECT_EQ(error_of(profile_with({.names = {"getppid"}, .action = SeccompAction::kill, .errno_ret = 1})),
            "linux.seccomp.syscalls[0]: 'SCMP_ACT_KILL' returns no errno, but one is given");
  EXPECT_EQ(error_of({.default_action = SeccompAction::allow, .default_errno_ret = 1}),
            "linux.seccomp: defaultAction: 'SCMP_ACT_ALLOW' returns no errno, but one is given");
}

TEST(Compile, RefusesToNotifyWhatTheRuntimeNeeds) {
  EXPECT_NE(error_of({.default_action = SeccompAction::notify}), "none");
  EXPECT_NE(error_of(profile_with({.names = {"write"}, .action = SeccompAction::notify})), "none");
}

TEST(Compile, RefusesRulesThatContradictEachOther) {
  const oci::SeccompSyscall rule{.names = {"getppid"},
                                 .action = SeccompAction::return_errno,
                                 .args = {{.index = 0, .value = 1, .op = SeccompOperator::eq}}};
  auto profile = profile_with(rule);
  profile.syscalls.push_back(rule);
  EXPECT_EQ(error_of(profile), "none");
  profile.syscalls[1].action = SeccompAction::kill;
  EXPECT_EQ(
      error_of(profile),
      "linux.seccomp.syscalls[1]: 'getppid': an earlier rule has the same comparisons and another action");
}

TEST(Compile, ARuleLikeTheDefaultIsNoError) {
  EXPECT_EQ(error_of(profile_with({.names = {"getppid"}, .action = SeccompAction::allow})), "none");
}

TEST(Compile, KnowsEveryArchitectureOfTheSpecification) {
  for (const auto* name :
       {"NATIVE",  "X86",    "X86_64", "X32",      "ARM",       "AARCH64",     "LOONGARCH64",
        "MIPS",    "MIPS64", "MIPSEL", "MIPSEL64", "MIPS64N32", "PPC",         "PPC64",
        "PPC64LE", "S390",   "S390X",  "PARISC",   "RISCV64",   "MIPSEL64N32", "PARISC64"}) {
    const auto error = error_of(
        {.default_action = SeccompAction::allow, .architectures = {fmt::format("SCMP_ARCH_{}", name)}});
    // libseccomp puts only architectures of one byte order into a filter.
    EXPECT_TRUE(error == "none" || error.find("adding architecture") != std::string::npos)
        << name << ": " << error;
  }
}

TEST(Flags, AreThoseOfTheProfile) {
  EXPECT_EQ(kernel_flags({.flags = {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"}}).value_or(0),
            SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG);
  EXPECT_EQ(kernel_flags({}).value_or(0), SECCOMP_FILTER_FLAG_SPEC_ALLOW);
}

TEST(Flags, WaitKillableGoesWithAListener) {
  oci::Seccomp profile{.flags = {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}};
  const auto alone = kernel_flags(profile);
  if (!alone && alone.error().kind() == Errc::unsupported) GTEST_SKIP() << "needs kernel 5.19";
  EXPECT_EQ(*alone, 0U);
  profile.syscalls = {{.names = {"getppid"}, .action = SeccompAction::notify}};
  EXPECT_EQ(kernel_flags(profile).value_or(0),
            SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

TEST(Api, SaysWhatToInstall) {
  const auto missing = load_api("libno-such-seccomp.so.2");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Errc::unsupported);
  EXPECT_EQ(missing.error().hint(), "apt install libseccomp2");
  EXPECT_FALSE(load_api("libc.so.6"));
}

}  // namespace
}  // namespace corten::seccomp
