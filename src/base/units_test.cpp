#include "base/units.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace corten {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::int64_t kGiB = 1024LL * 1024 * 1024;

TEST(FormatSizeShort, HasThreeDigits) {
  EXPECT_EQ(format_size_short(0), "0B");
  EXPECT_EQ(format_size_short(999), "999B");
  EXPECT_EQ(format_size_short(1000), "1kB");
  EXPECT_EQ(format_size_short(78'123'456), "78.1MB");
  EXPECT_EQ(format_size_short(1'254'000'000), "1.25GB");
  EXPECT_EQ(format_size_short(999'600'000), "1GB");
}

TEST(Size, ReadsWhatUsersType) {
  EXPECT_EQ(parse_size_bytes("0", "-m").value(), 0);
  EXPECT_EQ(parse_size_bytes("512", "-m").value(), 512);
  EXPECT_EQ(parse_size_bytes("2g", "-m").value(), 2 * kGiB);
  EXPECT_EQ(parse_size_bytes("1.5GiB", "-m").value(), kGiB + kGiB / 2);
  EXPECT_EQ(parse_size_bytes("10 MB", "-m").value(), 10 * 1024 * 1024);
  EXPECT_EQ(parse_size_bytes(".5k", "-m").value(), 512);
  EXPECT_EQ(parse_size_bytes("8191P", "-m").value(), 8191LL << 50);
}

TEST(Size, RefusesTheRestAndSaysHow) {
  for (const auto* bad : {"", "g", "-1", "1x", "1gg", "1.2.3g", "0x10", "1e3", "inf", "2 g b"}) {
    const auto size = parse_size_bytes(bad, "--memory");
    ASSERT_FALSE(size) << bad;
    EXPECT_EQ(size.error().message(), "--memory: '" + std::string(bad) + "' is not a size");
    EXPECT_FALSE(size.error().hint().empty());
  }
  EXPECT_FALSE(parse_size_bytes("8192P", "-m"));
  EXPECT_FALSE(parse_size_bytes("99999999999999999999", "-m"));
}

TEST(Size, PrintsAsDockerDoes) {
  EXPECT_EQ(format_size_decimal(0), "0B");
  EXPECT_EQ(format_size_decimal(999), "999B");
  EXPECT_EQ(format_size_decimal(13256), "13.26kB");
  EXPECT_EQ(format_size_decimal(1'250'000'000), "1.25GB");
  EXPECT_EQ(format_size_binary(1536ULL * 1024 * 1024), "1.5GiB");
  EXPECT_EQ(format_size_binary(std::numeric_limits<std::uint64_t>::max()), "16EiB");
}

TEST(Duration, ReadsWhatUsersType) {
  EXPECT_EQ(parse_duration("0", "-t").value(), 0ns);
  EXPECT_EQ(parse_duration("30s", "-t").value(), 30s);
  EXPECT_EQ(parse_duration("1m30s", "-t").value(), 90s);
  EXPECT_EQ(parse_duration("1.5h", "-t").value(), 90min);
  EXPECT_EQ(parse_duration("250ms", "-t").value(), 250ms);
  EXPECT_EQ(parse_duration("3\u00b5s", "-t").value(), 3us);
  EXPECT_EQ(parse_duration("7d", "-t").value(), 168h);
}

TEST(Duration, RefusesTheRestAndSaysHow) {
  for (const auto* bad : {"", "s", "30", "-5s", "5 s", "1h30", "5y", "1..5s"}) {
    const auto duration = parse_duration(bad, "--timeout");
    ASSERT_FALSE(duration) << bad;
    EXPECT_TRUE(duration.error().message().starts_with("--timeout: "));
    EXPECT_FALSE(duration.error().hint().empty());
  }
  EXPECT_FALSE(parse_duration("300000000h", "-t"));
  EXPECT_FALSE(parse_duration("2562047h2562047h", "-t"));
}

TEST(Duration, PrintsAsGoDoesAndReadsBack) {
  EXPECT_EQ(format_duration(0ns), "0s");
  EXPECT_EQ(format_duration(1ns), "1ns");
  EXPECT_EQ(format_duration(1500us), "1.5ms");
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(1h), "1h0m0s");
  EXPECT_EQ(format_duration(1h + 1500ms), "1h0m1.5s");
  EXPECT_EQ(format_duration(-1500ms), "-1.5s");
  EXPECT_EQ(format_duration(nanoseconds::min()), "-2562047h47m16.854775808s");
  for (const nanoseconds d : {nanoseconds{1}, nanoseconds{1001}, nanoseconds{61s}, nanoseconds::max()}) {
    EXPECT_EQ(parse_duration(format_duration(d), "-t").value(), d);
  }
}

TEST(Age, ReadsAsInDockerPs) {
  EXPECT_EQ(format_age(450ms), "Less than a second");
  EXPECT_EQ(format_age(1s), "1 second");
  EXPECT_EQ(format_age(47s), "47 seconds");
  EXPECT_EQ(format_age(60s), "About a minute");
  EXPECT_EQ(format_age(35min), "35 minutes");
  EXPECT_EQ(format_age(60min), "About an hour");
  EXPECT_EQ(format_age(3h), "3 hours");
  EXPECT_EQ(format_age(24h * 3), "3 days");
  EXPECT_EQ(format_age(24h * 21), "3 weeks");
  EXPECT_EQ(format_age(24h * 90), "3 months");
  EXPECT_EQ(format_age(24h * 365 * 3), "3 years");
}

}  // namespace
}  // namespace corten
