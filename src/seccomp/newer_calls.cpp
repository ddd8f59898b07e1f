#include "seccomp/newer_calls.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>

#include "seccomp/api.hpp"

namespace corten::seccomp {
namespace {

constexpr std::uint32_t kX32Bit = 0x40000000U;    // __X32_SYSCALL_BIT of asm/unistd.h
constexpr std::uint32_t kArmPrivate = 0x0f0000U;  // __ARM_NR_BASE: breakpoint, cacheflush, ... of 32-bit ARM

bool denies_unknown(const oci::Seccomp& profile) {
  switch (profile.default_action) {
    case oci::SeccompAction::allow:
    case oci::SeccompAction::log:
    case oci::SeccompAction::trace:
      return false;
    default:
      return profile.default_errno_ret != std::uint32_t{ENOSYS};
  }
}

// The highest number among all names of the profile. ARM's private calls stand far above the others and are
// no newer.
std::optional<std::uint32_t> newest_call(const Api& api, const oci::Seccomp& profile, std::uint32_t arch) {
  std::optional<std::uint32_t> newest;
  for (const auto& rule : profile.syscalls) {
    for (const auto& name : rule.names) {
      // Negative: not in this architecture, or unknown to libseccomp.
      const int number = api.syscall_resolve_name_arch(arch, name.c_str());
      if (number < 0 || (arch == SCMP_ARCH_ARM && static_cast<std::uint32_t>(number) >= kArmPrivate))
        continue;
      newest = std::max(newest.value_or(0), static_cast<std::uint32_t>(number));
    }
  }
  return newest;
}

sock_filter load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}

// Jumps count the instructions to leave out.
sock_filter jump(std::uint16_t test, std::uint32_t value, std::size_t if_true, std::size_t if_false) {
  return {static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), static_cast<std::uint8_t>(if_true),
          static_cast<std::uint8_t>(if_false), value};
}

// One architecture, complete in itself: what does not concern it falls out at the end.
void append_block(std::vector<sock_filter>& program, std::uint32_t arch, std::uint32_t newest) {
  // The kernel calls both by one name; their numbers differ in a bit.
  const bool x32 = arch == SCMP_ARCH_X32;
  const bool shares = x32 || arch == SCMP_ARCH_X86_64;
  program.push_back(load(offsetof(seccomp_data, arch)));
  program.push_back(jump(BPF_JEQ, x32 ? AUDIT_ARCH_X86_64 : arch, 0, shares ? 4 : 3));
  program.push_back(load(offsetof(seccomp_data, nr)));
  if (shares) program.push_back(jump(BPF_JGE, kX32Bit, x32 ? 0 : 2, x32 ? 2 : 0));
  program.push_back(jump(BPF_JGT, newest, 0, 1));
  program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS});
}

}  // namespace

std::vector<sock_filter> answer_newer_calls(const Api& api, const oci::Seccomp& profile,
                                            std::span<const std::uint32_t> architectures) {
  std::vector<sock_filter> program;
  if (!denies_unknown(profile)) return program;
  for (const std::uint32_t arch : architectures) {
    if (const auto newest = newest_call(api, profile, arch)) append_block(program, arch, *newest);
  }
  return program;
}

}  // namespace corten::seccomp
