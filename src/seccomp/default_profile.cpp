#include "seccomp/default_profile.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>
#include <vector>

#include "seccomp/default_calls.hpp"

namespace corten::seccomp {
namespace {

using Names = std::vector<std::string>;

struct Architectures {
  std::string_view name;
  std::string_view native;
  std::string_view others[2];  // what its kernels also run
};

constexpr Architectures kArchitectures[] = {
    {"amd64", "SCMP_ARCH_X86_64", {"SCMP_ARCH_X86", "SCMP_ARCH_X32"}},
    {"386", "SCMP_ARCH_X86", {}},
    {"arm64", "SCMP_ARCH_AARCH64", {"SCMP_ARCH_ARM", {}}},
    {"arm", "SCMP_ARCH_ARM", {}},
    {"mips64", "SCMP_ARCH_MIPS64", {"SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64N32"}},
    {"mips64le", "SCMP_ARCH_MIPSEL64", {"SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32"}},
    {"ppc64le", "SCMP_ARCH_PPC64LE", {}},
    {"s390x", "SCMP_ARCH_S390X", {"SCMP_ARCH_S390", {}}},
    {"riscv64", "SCMP_ARCH_RISCV64", {}},
    {"loong64", "SCMP_ARCH_LOONGARCH64", {}},
};

Names architectures_of(std::string_view architecture) {
  Names names;
  const auto* found = std::ranges::find(kArchitectures, architecture, &Architectures::name);
  if (found == std::end(kArchitectures)) return names;
  names.emplace_back(found->native);
  for (const auto other : found->others) {
    if (!other.empty()) names.emplace_back(other);
  }
  return names;
}

void append(Names& names, std::span<const std::string_view> calls) {
  names.insert(names.end(), calls.begin(), calls.end());
}

oci::SeccompSyscall allow(Names names, std::vector<oci::SeccompArg> args = {}) {
  return {.names = std::move(names), .action = oci::SeccompAction::allow, .args = std::move(args)};
}

Names unconditional_calls(std::string_view architecture, sys::CapabilityMask capabilities) {
  Names names;
  for (const auto& group : ordinary_calls()) append(names, group.calls);
  for (const auto& group : architecture_calls()) {
    if (group.architecture == architecture) append(names, group.calls);
  }
  for (const auto& group : privileged_calls()) {
    const auto number = sys::find_capability(group.capability);
    if (number && (capabilities & sys::capability_bit(*number)) != 0) append(names, group.calls);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

// A new user namespace would hand out CAP_SYS_ADMIN inside it, and with that a large part of the kernel that
// the container could not reach before.
void add_clone(std::vector<oci::SeccompSyscall>& rules, std::string_view architecture) {
  constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                        CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
  // s390 has the flags second (CONFIG_CLONE_BACKWARDS2).
  const std::uint32_t flags = architecture == "s390x" ? 1 : 0;
  rules.push_back(
      allow({"clone"},
            {{.index = flags, .value = kNamespaces, .value_two = 0, .op = oci::SeccompOperator::masked_eq}}));
  // Its flags lie in memory, which a filter cannot read. ENOSYS makes C libraries take clone.
  rules.push_back({.names = {"clone3"}, .action = oci::SeccompAction::return_errno, .errno_ret = ENOSYS});
}

// Execution domains that change nothing but what uname(2) says; READ_IMPLIES_EXEC and its like weaken.
void add_personality(std::vector<oci::SeccompSyscall>& rules) {
  constexpr std::uint64_t kQuery = 0xffffffff;
  constexpr std::uint64_t kLinux32 = PER_LINUX32;
  constexpr std::uint64_t kUname26 = UNAME26;
  for (const std::uint64_t persona :
       {std::uint64_t{PER_LINUX}, kLinux32, kUname26, kLinux32 | kUname26, kQuery}) {
    rules.push_back(allow({"personality"}, {{.index = 0, .value = persona, .op = oci::SeccompOperator::eq}}));
  }
}

// A virtual machine's host listens on AF_VSOCK, and no network namespace stands before it. On 32-bit x86 and
// s390 socketcall(2) still leads there: its arguments lie in memory.
void add_socket(std::vector<oci::SeccompSyscall>& rules) {
  rules.push_back(allow({"socket"}, {{.index = 0, .value = AF_VSOCK, .op = oci::SeccompOperator::ne}}));
}

}  // namespace

oci::Seccomp default_profile(std::string_view architecture, sys::CapabilityMask capabilities) {
  oci::Seccomp profile{.default_action = oci::SeccompAction::return_errno,
                       .default_errno_ret = EPERM,
                       .architectures = architectures_of(architecture)};
  profile.syscalls.push_back(allow(unconditional_calls(architecture, capabilities)));
  if ((capabilities & sys::capability_bit(CAP_SYS_ADMIN)) == 0) add_clone(profile.syscalls, architecture);
  add_personality(profile.syscalls);
  add_socket(profile.syscalls);
  return profile;
}

}  // namespace corten::seccomp
