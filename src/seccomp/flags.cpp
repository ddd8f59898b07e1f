#include "seccomp/flags.hpp"

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "sys/seccomp_filter.hpp"

namespace corten::seccomp {
namespace {

struct Flag {
  std::string_view name;
  std::uint32_t value;
};

// runtime-spec config-linux.md, "seccomp": flags.
constexpr std::array<Flag, 4> kFlags{{
    {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},                            // kernel 3.17
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},                                // 4.14
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},                  // 4.17
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},  // 5.19
}};

// WAIT_KILLABLE_RECV means something only together with a listener, and the kernel refuses it alone.
bool kernel_knows(std::uint32_t flag) {
  if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
  return sys::has_seccomp_flags(flag);
}

Result<std::uint32_t> flag_by_name(std::string_view name) {
  const auto* found = std::ranges::find(kFlags, name, &Flag::name);
  if (found == kFlags.end()) return fail(Errc::invalid_argument, "flags: '{}' is no flag of seccomp", name);
  if (!kernel_knows(found->value)) {
    return fail(Errc::unsupported, "flags: '{}' is a flag that this kernel does not know", name);
  }
  return found->value;
}

}  // namespace

bool uses_notify(const oci::Seccomp& profile) {
  return std::ranges::any_of(profile.syscalls,
                             [](const auto& rule) { return rule.action == oci::SeccompAction::notify; });
}

Result<std::uint32_t> kernel_flags(const oci::Seccomp& profile) {
  std::uint32_t flags = 0;
  for (const auto& name : profile.flags) {
    const auto flag = TRY(flag_by_name(name));
    flags |= flag;
  }
  if (profile.flags.empty() && sys::has_seccomp_flags(SECCOMP_FILTER_FLAG_SPEC_ALLOW)) {
    flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  }
  if (uses_notify(profile)) return flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
  return flags & ~std::uint32_t{SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV};
}

}  // namespace corten::seccomp
