#include "base/local_time.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace corten {
namespace {

// A zone written out (POSIX TZ) needs no zone files.
class LocalTime : public testing::Test {
 protected:
  void SetUp() override { set_zone("CET-1CEST,M3.5.0,M10.5.0/3"); }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  static void set_zone(const char* zone) {
    ASSERT_EQ(::setenv("TZ", zone, 1), 0);
    ::tzset();
  }
};

Timestamp at(std::string_view text) { return *parse_rfc3339(text); }

TEST_F(LocalTime, IsPrintedAsGoDoes) {
  EXPECT_EQ(format_local_time(at("2024-05-01T12:00:00Z")), "2024-05-01 14:00:00 +0200 CEST");
  EXPECT_EQ(format_local_time(at("2024-01-01T12:00:00.5Z")), "2024-01-01 13:00:00 +0100 CET");
}

TEST_F(LocalTime, IsPrintedByRfc3339) {
  EXPECT_EQ(format_local_rfc3339(at("2024-05-01T12:00:00Z")), "2024-05-01T14:00:00+02:00");
  set_zone("NST3:30");
  EXPECT_EQ(format_local_rfc3339(at("2024-05-01T12:00:00Z")), "2024-05-01T08:30:00-03:30");
  set_zone("UTC0");
  EXPECT_EQ(format_local_rfc3339(at("2024-05-01T12:00:00Z")), "2024-05-01T12:00:00Z");
}

TEST_F(LocalTime, OfAnyYear) {
  EXPECT_TRUE(format_local_time({.seconds = INT64_MIN}).starts_with("0001-01-0"));
  EXPECT_TRUE(format_local_time({.seconds = INT64_MAX}).starts_with("9999-12-3"));
}

TEST_F(LocalTime, OfAClockOnTheWall) {
  EXPECT_EQ(local_to_utc(at("2024-05-01T14:00:00Z")), at("2024-05-01T12:00:00Z"));
  EXPECT_EQ(local_to_utc(at("2024-01-01T13:00:00.5Z")), at("2024-01-01T12:00:00.5Z"));
}

}  // namespace
}  // namespace corten
