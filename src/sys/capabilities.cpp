#include "sys/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace corten::sys {
namespace {

constexpr int kMaxCapabilities = 64;

// Version 3 holds each set in two halves of 32 bits.
using Halves = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

__user_cap_header_struct this_thread() { return {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0}; }

std::uint32_t low(CapabilityMask mask) { return static_cast<std::uint32_t>(mask); }
std::uint32_t high(CapabilityMask mask) { return static_cast<std::uint32_t>(mask >> 32U); }
CapabilityMask joined(std::uint32_t lower, std::uint32_t upper) {
  return CapabilityMask{lower} | CapabilityMask{upper} << 32U;
}

// Asks `question` for each capability until the kernel does not know the number.
template <typename Question>
CapabilityMask collect(Question question) {
  CapabilityMask mask = 0;
  for (int number = 0; number < kMaxCapabilities; ++number) {
    const int answer = question(number);
    if (answer < 0) break;
    if (answer > 0) mask |= capability_bit(number);
  }
  return mask;
}

int in_bounding_set(int number) { return ::prctl(PR_CAPBSET_READ, number, 0, 0, 0); }

}  // namespace

Result<CapabilitySets> get_capabilities() {
  auto header = this_thread();
  Halves data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) {
    const int err = errno;
    return fail_errno(err, "reading capabilities");
  }
  return CapabilitySets{.effective = joined(data[0].effective, data[1].effective),
                        .permitted = joined(data[0].permitted, data[1].permitted),
                        .inheritable = joined(data[0].inheritable, data[1].inheritable)};
}

Result<> set_capabilities(const CapabilitySets& sets) {
  auto header = this_thread();
  const Halves data{{{low(sets.effective), low(sets.permitted), low(sets.inheritable)},
                     {high(sets.effective), high(sets.permitted), high(sets.inheritable)}}};
  if (::syscall(SYS_capset, &header, data.data()) != 0) {
    const int err = errno;
    return fail_errno(err, "setting capabilities to effective {:#x}, permitted {:#x}, inheritable {:#x}",
                      sets.effective, sets.permitted, sets.inheritable);
  }
  return {};
}

CapabilityMask known_capabilities() {
  return collect([](int number) { return in_bounding_set(number) < 0 ? -1 : 1; });
}

CapabilityMask bounding_capabilities() { return collect(in_bounding_set); }

Result<> limit_bounding_capabilities(CapabilityMask keep) {
  const CapabilityMask drop = bounding_capabilities() & ~keep;
  for (int number = 0; number < kMaxCapabilities; ++number) {
    if ((drop & capability_bit(number)) == 0) continue;
    if (::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
      const int err = errno;
      return fail_errno(err, "dropping {} from the bounding set", capability_name(number));
    }
  }
  return {};
}

CapabilityMask ambient_capabilities() {
  return collect([](int number) { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0); });
}

Result<> set_ambient_capabilities(CapabilityMask ambient) {
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    const int err = errno;
    // A kernel before 4.3 has no such set: then there is nothing to clear.
    if (err == EINVAL && ambient == 0) return {};
    return fail_errno(err, "clearing the ambient capabilities");
  }
  for (int number = 0; number < kMaxCapabilities; ++number) {
    if ((ambient & capability_bit(number)) == 0) continue;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0) {
      const int err = errno;
      return fail_errno(err, "making {} ambient", capability_name(number));
    }
  }
  return {};
}

}  // namespace corten::sys
