#include "base/moment.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace corten {
namespace {

constexpr Timestamp kNow{.seconds = 1'700'000'000, .nanoseconds = 200'000'000};

std::string moment(std::string_view text) {
  const auto time = parse_moment(text, kNow, "until");
  return time ? format_rfc3339(*time) : time.error().message();
}

class Moment : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::setenv("TZ", "XXX-2", 1), 0); }  // two hours east
  void TearDown() override { ::unsetenv("TZ"); }
};

TEST_F(Moment, IsSoLongAgo) {
  EXPECT_EQ(moment("10s"), format_rfc3339({kNow.seconds - 10, 200'000'000}));
  EXPECT_EQ(moment("500ms"), format_rfc3339({kNow.seconds - 1, 700'000'000}));
  EXPECT_EQ(moment("7d"), format_rfc3339({kNow.seconds - 7 * 86400, 200'000'000}));
}

TEST_F(Moment, IsATimeWithAZone) {
  EXPECT_EQ(moment("2024-05-01T12:30:00Z"), "2024-05-01T12:30:00Z");
  EXPECT_EQ(moment("2024-05-01T12:30:00.5+02:00"), "2024-05-01T10:30:00.5Z");
  EXPECT_EQ(moment("2024-05-01Z"), "2024-05-01T00:00:00Z");
}

TEST_F(Moment, IsATimeOfThisZone) {
  EXPECT_EQ(moment("2024-05-01"), "2024-04-30T22:00:00Z");
  EXPECT_EQ(moment("2024-05-01T12"), "2024-05-01T10:00:00Z");
  EXPECT_EQ(moment("2024-05-01T12:30"), "2024-05-01T10:30:00Z");
  EXPECT_EQ(moment("2024-05-01T12:30:01"), "2024-05-01T10:30:01Z");
  EXPECT_EQ(moment("2024-05-01T12:30:01.25"), "2024-05-01T10:30:01.25Z");
}

TEST_F(Moment, IsInSecondsSince1970) {
  EXPECT_EQ(moment("0"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(moment("1136073600"), "2006-01-01T00:00:00Z");
  EXPECT_EQ(moment("1136073600.000000001"), "2006-01-01T00:00:00.000000001Z");
  EXPECT_EQ(moment("1136073600.5"), "2006-01-01T00:00:00.5Z");
}

TEST_F(Moment, IsNothingElse) {
  for (const auto* text : {"", "yesterday", "2024-13-01", "2024-05", "2024-05-01T1", "99999999999999999999",
                           "1.", ".5.", "2024-05-01T12:30:00+", "-"}) {
    EXPECT_TRUE(moment(text).starts_with("until: '")) << moment(text);
  }
}

}  // namespace
}  // namespace corten
