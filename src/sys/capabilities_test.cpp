#include "sys/capabilities.hpp"

#include <linux/capability.h>

#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

constexpr CapabilityMask kKill = capability_bit(CAP_KILL);
constexpr CapabilityMask kChown = capability_bit(CAP_CHOWN);

// A child's body begins: "" with all of CAP_KILL, CAP_CHOWN and CAP_SETPCAP permitted, or "skip: ...".
std::string need_capabilities() {
  const auto sets = get_capabilities();
  if (!sets) return sets.error().message();
  const CapabilityMask needed = kKill | kChown | capability_bit(CAP_SETPCAP);
  if ((sets->permitted & needed) != needed) return "skip: needs CAP_SETPCAP, CAP_KILL and CAP_CHOWN";
  return {};
}

TEST(CapabilityNames, AreReadInEveryForm) {
  EXPECT_EQ(find_capability("CAP_SYS_ADMIN"), CAP_SYS_ADMIN);
  EXPECT_EQ(find_capability("net_admin"), CAP_NET_ADMIN);
  EXPECT_EQ(find_capability("cap_checkpoint_restore"), 40);
  EXPECT_EQ(find_capability("CAP_"), std::nullopt);
  EXPECT_EQ(find_capability("CAP_CAP_KILL"), std::nullopt);
}

TEST(CapabilityNames, KeepsTheUnknownApart) {
  const auto read = read_capability_names(std::vector<std::string>{"CAP_KILL", "CAP_FLY", "chown"});
  EXPECT_EQ(read.mask, kKill | kChown);
  EXPECT_EQ(read.unknown, std::vector<std::string>{"CAP_FLY"});
}

TEST(CapabilityNames, AreWhatTheyWereReadFrom) {
  for (int number = 0; number <= 40; ++number) {
    EXPECT_EQ(find_capability(capability_name(number)), number);
  }
  EXPECT_EQ(capability_names(kKill | kChown), (std::vector<std::string>{"CAP_CHOWN", "CAP_KILL"}));
}

TEST(Capabilities, KernelKnowsNoFewerThanAreBounding) {
  EXPECT_EQ(bounding_capabilities() & ~known_capabilities(), 0U);
  EXPECT_NE(known_capabilities() & capability_bit(CAP_AUDIT_READ), 0U);
}

TEST(Capabilities, AreSetExactly) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = need_capabilities(); !bad.empty()) return bad;
    const CapabilitySets wanted{.effective = kKill, .permitted = kKill | kChown, .inheritable = kChown};
    CHILD_TRY(set_capabilities(wanted));
    CHILD_CHECK(get_capabilities().value() == wanted);
    const auto more = set_capabilities({.effective = 0, .permitted = ~CapabilityMask{0}, .inheritable = 0});
    CHILD_CHECK(!more && more.error().kind() == Errc::permission_denied);
    return std::string();
  });
}

TEST(Capabilities, BoundingSetShrinksForGood) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = need_capabilities(); !bad.empty()) return bad;
    CHILD_TRY(limit_bounding_capabilities(kKill));
    CHILD_CHECK(bounding_capabilities() == kKill);
    CHILD_TRY(limit_bounding_capabilities(kKill | kChown));
    CHILD_CHECK(bounding_capabilities() == kKill);
    return std::string();
  });
}

TEST(Capabilities, AmbientOnesAreReplaced) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = need_capabilities(); !bad.empty()) return bad;
    CHILD_TRY(
        set_capabilities({.effective = kKill, .permitted = kKill | kChown, .inheritable = kKill | kChown}));
    CHILD_TRY(set_ambient_capabilities(kKill | kChown));
    CHILD_TRY(set_ambient_capabilities(kChown));
    CHILD_CHECK(ambient_capabilities() == kChown);
    CHILD_CHECK(!set_ambient_capabilities(capability_bit(CAP_SYS_ADMIN)));
    CHILD_TRY(set_ambient_capabilities(0));
    CHILD_CHECK(ambient_capabilities() == 0);
    return std::string();
  });
}

}  // namespace
}  // namespace corten::sys
