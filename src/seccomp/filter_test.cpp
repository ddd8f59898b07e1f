// Filters as a process feels them: each test loads one in a forked child and makes system calls.
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "seccomp/compile.hpp"
#include "sys/seccomp_filter.hpp"
#include "sys/test_support.hpp"

namespace corten::seccomp {
namespace {

using oci::SeccompAction;
using oci::SeccompOperator;

constexpr long kNoSuchCall = 100'000;  // newer than every profile here

// Allows everything but one rule.
oci::Seccomp but(oci::SeccompSyscall rule) {
  return {.default_action = SeccompAction::allow, .syscalls = {std::move(rule)}};
}

std::string load(const oci::Seccomp& profile) {
  const auto filter = compile(profile);
  CHILD_TRY(filter);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  CHILD_TRY(sys::load_seccomp_filter(filter->program, filter->flags));
  return {};
}

// The errno of a call, 0 for success.
int errno_of(long number, unsigned long first = 0, unsigned long second = 0) {
  // check_style: allow(banned) the calls are what is tested
  return ::syscall(number, first, second) == -1 ? errno : 0;
}

// What ends a child that loads the profile and asks for its parent.
int signal_of_getppid(SeccompAction action) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (!load(but({.names = {"getppid"}, .action = action})).empty()) ::_exit(99);
    // check_style: allow(banned) the calls are what is tested
    (void)::syscall(SYS_getppid);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

TEST(Filter, ReturnsTheErrnoOfTheRule) {
  EXPECT_CHILD_PASSES([] {
    oci::Seccomp profile = but({.names = {"getppid"}, .action = SeccompAction::return_errno});
    profile.syscalls.push_back(
        {.names = {"getpgid"}, .action = SeccompAction::return_errno, .errno_ret = EPROTO});
    if (auto bad = load(profile); !bad.empty()) return bad;
    CHILD_CHECK(errno_of(SYS_getppid) == EPERM);
    CHILD_CHECK(errno_of(SYS_getpgid) == EPROTO);
    CHILD_CHECK(errno_of(SYS_getuid) == 0);
    return std::string();
  });
}

TEST(Filter, Kills) {
  EXPECT_EQ(signal_of_getppid(SeccompAction::kill), SIGSYS);
  EXPECT_EQ(signal_of_getppid(SeccompAction::kill_thread), SIGSYS);
  EXPECT_EQ(signal_of_getppid(SeccompAction::kill_process), SIGSYS);
  EXPECT_EQ(signal_of_getppid(SeccompAction::trap), SIGSYS);
  EXPECT_EQ(signal_of_getppid(SeccompAction::log), 0);
}

TEST(Filter, TraceWithoutTracerIsNoSuchCall) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = load(but({.names = {"getppid"}, .action = SeccompAction::trace})); !bad.empty())
      return bad;
    CHILD_CHECK(errno_of(SYS_getppid) == ENOSYS);
    return std::string();
  });
}

struct Comparison {
  SeccompOperator op;
  std::uint64_t value;
  std::uint64_t value_two;
  std::vector<unsigned long> matching;
  std::vector<unsigned long> others;
};

TEST(Filter, ComparesArgumentsInEveryWay) {
  constexpr std::uint64_t kBig = 0x1'0000'0005;  // both halves count
  const Comparison comparisons[] = {
      {SeccompOperator::ne, kBig, 0, {5, kBig + 1}, {kBig}},
      {SeccompOperator::lt, kBig, 0, {0, kBig - 1}, {kBig, kBig + 1}},
      {SeccompOperator::le, kBig, 0, {0, kBig}, {kBig + 1}},
      {SeccompOperator::eq, kBig, 0, {kBig}, {5, kBig + 1}},
      {SeccompOperator::ge, kBig, 0, {kBig, kBig + 1}, {6, kBig - 1}},
      {SeccompOperator::gt, kBig, 0, {kBig + 1}, {6, kBig}},
      {SeccompOperator::masked_eq, 0xf0, 0x50, {0x50, 0x5f}, {0x60, 0}},
  };
  for (const auto& it : comparisons) {
    EXPECT_CHILD_PASSES([&] {
      auto profile = but({.names = {"getppid"},
                          .action = SeccompAction::return_errno,
                          .args = {{.index = 1, .value = it.value, .value_two = it.value_two, .op = it.op}}});
      if (auto bad = load(profile); !bad.empty()) return bad;
      for (const auto value : it.matching) CHILD_CHECK(errno_of(SYS_getppid, 0, value) == EPERM);
      for (const auto value : it.others) CHILD_CHECK(errno_of(SYS_getppid, 0, value) == 0);
      return std::string();
    });
  }
}

TEST(Filter, AllComparisonsOfARuleMustHold) {
  EXPECT_CHILD_PASSES([] {
    const auto rule = oci::SeccompSyscall{.names = {"getppid"},
                                          .action = SeccompAction::return_errno,
                                          .args = {{.index = 0, .value = 1, .op = SeccompOperator::eq},
                                                   {.index = 1, .value = 2, .op = SeccompOperator::eq}}};
    if (auto bad = load(but(rule)); !bad.empty()) return bad;
    CHILD_CHECK(errno_of(SYS_getppid, 1, 2) == EPERM);
    CHILD_CHECK(errno_of(SYS_getppid, 1, 3) == 0);
    return std::string();
  });
}

TEST(Filter, OneOfTwoComparisonsOfTheSameArgumentIsEnough) {
  EXPECT_CHILD_PASSES([] {
    const auto rule = oci::SeccompSyscall{.names = {"getppid"},
                                          .action = SeccompAction::return_errno,
                                          .args = {{.index = 0, .value = 1, .op = SeccompOperator::eq},
                                                   {.index = 0, .value = 2, .op = SeccompOperator::eq}}};
    if (auto bad = load(but(rule)); !bad.empty()) return bad;
    CHILD_CHECK(errno_of(SYS_getppid, 1) == EPERM && errno_of(SYS_getppid, 2) == EPERM);
    CHILD_CHECK(errno_of(SYS_getppid, 3) == 0);
    return std::string();
  });
}

// The calls that a child of these tests needs to report, and AddressSanitizer (sigaltstack) in it.
oci::Seccomp allow_list(SeccompAction default_action, std::optional<std::uint32_t> errno_ret = std::nullopt) {
  return {.default_action = default_action,
          .default_errno_ret = errno_ret,
          .syscalls = {
              {.names = {"write", "exit_group", "brk", "mmap", "munmap", "futex", "close", "sigaltstack"},
               .action = SeccompAction::allow}}};
}

TEST(Filter, NewerCallsDoNotExistForAListThatDenies) {
  for (const auto action : {SeccompAction::return_errno, SeccompAction::kill_process, SeccompAction::trap}) {
    EXPECT_CHILD_PASSES([&] {
      if (auto bad = load(allow_list(action)); !bad.empty()) return bad;
      CHILD_CHECK(errno_of(kNoSuchCall) == ENOSYS);
      return std::string();
    });
  }
}

TEST(Filter, OlderCallsGetTheDefault) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = load(allow_list(SeccompAction::return_errno, EPROTO)); !bad.empty()) return bad;
    CHILD_CHECK(errno_of(SYS_getppid) == EPROTO);
    CHILD_CHECK(errno_of(kNoSuchCall) == ENOSYS);
    return std::string();
  });
}

TEST(Filter, AListThatAllowsLeavesNewerCallsAlone) {
  EXPECT_CHILD_PASSES([] {
    auto profile = but({.names = {"getppid"}, .action = SeccompAction::return_errno});
    const auto size = compile(profile)->program.size();
    profile.default_action = SeccompAction::log;
    CHILD_CHECK(compile(profile)->program.size() == size);
    return std::string();
  });
}

TEST(Filter, HandsOutAListener) {
  EXPECT_CHILD_PASSES([] {
    const auto filter = compile(but({.names = {"getppid"}, .action = SeccompAction::notify}));
    CHILD_TRY(filter);
    CHILD_CHECK(filter->needs_listener);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const auto listener = sys::load_seccomp_filter(filter->program, filter->flags);
    CHILD_TRY(listener);
    CHILD_CHECK(listener->has_value());
    return std::string();
  });
}

#ifdef __x86_64__
// A child that makes a system call of another kind: 32-bit by int 0x80, or of x32.
int i386_getppid() {
  int result = 64;  // getppid of arch/x86/entry/syscalls/syscall_32.tbl
  __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return result;
}

TEST(Filter, CoversEveryArchitectureOfTheProfile) {
  EXPECT_CHILD_PASSES([] {
    auto profile = but({.names = {"getppid"}, .action = SeccompAction::return_errno, .errno_ret = EPROTO});
    profile.architectures = {"SCMP_ARCH_X86", "SCMP_ARCH_X32"};
    if (auto bad = load(profile); !bad.empty()) return bad;
    CHILD_CHECK(errno_of(SYS_getppid) == EPROTO);
    CHILD_CHECK(i386_getppid() == -EPROTO);
    CHILD_CHECK(errno_of(SYS_getppid | 0x40000000) == EPROTO);
    return std::string();
  });
}

TEST(Filter, NewerCallsOfEachArchitectureHaveNumbersOfItsOwn) {
  EXPECT_CHILD_PASSES([] {
    auto profile = allow_list(SeccompAction::return_errno, EPROTO);
    profile.architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X32"};
    if (auto bad = load(profile); !bad.empty()) return bad;
    CHILD_CHECK(errno_of(SYS_getppid) == EPROTO && errno_of(SYS_getppid | 0x40000000) == EPROTO);
    CHILD_CHECK(errno_of(kNoSuchCall) == ENOSYS && errno_of(kNoSuchCall | 0x40000000) == ENOSYS);
    return std::string();
  });
}
#endif

}  // namespace
}  // namespace corten::seccomp
