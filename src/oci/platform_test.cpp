#include "oci/platform.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace corten::oci {
namespace {

const Platform host{.os = "linux", .architecture = "amd64"};

std::string parsed(std::string_view text) {
  const auto platform = parse_platform(text, host);
  return platform ? to_string(*platform) : platform.error().message();
}

TEST(Platform, ReadsWhatUsersType) {
  const std::pair<const char*, const char*> vectors[] = {
      {"linux/amd64", "linux/amd64"},
      {"linux/arm64/v8", "linux/arm64"},
      {"linux/arm64/8", "linux/arm64"},
      {"linux/arm64/v9", "linux/arm64/v9"},
      {"linux/aarch64", "linux/arm64"},
      {"Linux/X86_64", "linux/amd64"},
      {"linux/x86-64", "linux/amd64"},
      {"linux/amd64/v1", "linux/amd64"},
      {"linux/amd64/v3", "linux/amd64/v3"},
      {"linux/armhf", "linux/arm/v7"},
      {"linux/armel", "linux/arm/v6"},
      {"linux/arm", "linux/arm/v7"},
      {"linux/arm/6", "linux/arm/v6"},
      {"linux/i386", "linux/386"},
      {"macos/arm64", "darwin/arm64"},
      {"linux", "linux/amd64"},
      {"arm64", "linux/arm64"},
      {"armhf", "linux/arm/v7"},
      {"windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"},
      {"linux/newarch", "linux/newarch"},
  };
  for (const auto& [typed, expected] : vectors) EXPECT_EQ(parsed(typed), expected);
}

TEST(Platform, ErrorsNamePositionAndExpectation) {
  EXPECT_EQ(parsed(""), "platform '': position 1: expected a name, found nothing");
  EXPECT_EQ(parsed("linux//v8"), "platform 'linux//v8': position 7: expected a name, found nothing");
  EXPECT_EQ(parsed("linux/arm/v7/x"), "platform 'linux/arm/v7/x': position 14: expected the end");
  EXPECT_EQ(parsed("linux/am d64"),
            "platform 'linux/am d64': position 9: expected a letter, a digit, '_', '.' or '-', found ' '");
  EXPECT_EQ(parsed("vax"),
            "platform 'vax': position 1: 'vax' is neither an operating system nor an architecture");
  EXPECT_EQ(parsed("windows(10/amd64"),
            "platform 'windows(10/amd64': position 8: expected a version and ')' after '('");
  EXPECT_EQ(parsed("w()/amd64"), "platform 'w()/amd64': position 2: expected a version and ')' after '('");
  EXPECT_EQ(parsed("linux/(x)"),
            "platform 'linux/(x)': position 7: expected a letter, a digit, '_', '.' or '-', found '('");
  EXPECT_LT(parsed(std::string(1'000'000, 'a')).size(), 300U);
  EXPECT_FALSE(parse_platform("vax", host).error().hint().empty());
}

TEST(Platform, MissingPartsShowAsUnknown) { EXPECT_EQ(to_string(Platform{}), "unknown/unknown"); }

TEST(Platform, KeepsUnknownMembers) {
  const auto json =
      Json::parse(R"({"architecture":"amd64","os":"linux","os.version":"1","features":["sse4"]})");
  Platform platform;
  ASSERT_TRUE(read_json(JsonView::of_object(json, "platform").value(), platform));
  EXPECT_EQ(platform.os_version, "1");
  EXPECT_EQ(to_json(platform), json);
}

constexpr std::string_view kHaswell =
    "fpu sse sse2 pni ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt xsave avx f16c lahf_lm abm bmi1 avx2 bmi2";

TEST(HostPlatform, FollowsMachineAndFlags) {
  EXPECT_EQ(to_string(host_platform("x86_64", "")), "linux/amd64");
  EXPECT_EQ(to_string(host_platform("x86_64", kHaswell)), "linux/amd64/v3");
  EXPECT_EQ(to_string(host_platform("aarch64", "fp asimd")), "linux/arm64");
  EXPECT_EQ(to_string(host_platform("armv7l", "")), "linux/arm/v7");
  EXPECT_EQ(to_string(host_platform("riscv64", "")), "linux/riscv64");
}

TEST(HostPlatform, AllFlagsOfALevelAreNeeded) {
  EXPECT_EQ(amd64_level("fpu sse sse2"), 1);
  EXPECT_EQ(amd64_level("cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"), 2);
  EXPECT_EQ(amd64_level(kHaswell), 3);
  EXPECT_EQ(amd64_level(std::string(kHaswell) + " avx512f avx512bw avx512cd avx512dq avx512vl"), 4);
  EXPECT_EQ(amd64_level("avx512f avx512bw avx512cd avx512dq avx512vl"), 1);
}

RC_GTEST_PROP(PlatformProperty, ReadsBackWhatItWrites, ()) {
  // Four parts of 40 stay below the longest platform that is read.
  const auto part = [] {
    const auto size = *rc::gen::inRange<std::size_t>(1, 41);
    return *rc::gen::container<std::string>(size, rc::gen::elementOf(std::string("av78_.-AZ")));
  };
  Platform platform{.os = part(), .architecture = part()};
  const auto known = *rc::gen::element<std::string>("", "arm", "arm64", "amd64", "armhf");
  if (!known.empty()) platform.architecture = known;
  if (*rc::gen::arbitrary<bool>()) platform.variant = part();
  if (*rc::gen::arbitrary<bool>()) platform.os_version = part();
  const auto normal = normalize(platform);
  RC_ASSERT(normalize(normal) == normal);
  RC_ASSERT(parse_platform(to_string(normal), host).value() == normal);
}

}  // namespace
}  // namespace corten::oci
