#include "term/style.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace corten::term {
namespace {

using namespace std::chrono_literals;

TEST(Style, DoesNothingWithoutColour) {
  const Style plain(false);
  EXPECT_EQ(plain.red("x"), "x");
  EXPECT_EQ(plain.bold(""), "");
}

TEST(Style, WrapsTextInItsColour) {
  const Style style(true);
  EXPECT_EQ(style.red("x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(style.bold("x"), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(style.paint(Colour::plain, "x"), "x");
  EXPECT_EQ(style.red(""), "");
}

TEST(Rate, ReadsAsBytesPerSecond) {
  EXPECT_EQ(format_rate(0), "0B/s");
  EXPECT_EQ(format_rate(12'500'000), "12.5MB/s");
  EXPECT_EQ(format_rate(-1), "0B/s");
  EXPECT_EQ(format_rate(std::numeric_limits<double>::quiet_NaN()), "0B/s");
  EXPECT_EQ(format_rate(std::numeric_limits<double>::infinity()), "1EB/s");
}

TEST(Elapsed, IsShortForPeople) {
  EXPECT_EQ(format_elapsed(0s), "0.0s");
  EXPECT_EQ(format_elapsed(449ms), "0.4s");
  EXPECT_EQ(format_elapsed(59'990ms), "59.9s");
  EXPECT_EQ(format_elapsed(65s), "1m05s");
  EXPECT_EQ(format_elapsed(2h + 3min), "2h03m");
  EXPECT_EQ(format_elapsed(98h), "4d02h");
  EXPECT_EQ(format_elapsed(-5s), "0.0s");
}

TEST(Remaining, IsRoundedUpAndAbsentWhenItSaysNothing) {
  EXPECT_EQ(estimate_remaining(100, 30), 4s);
  EXPECT_EQ(estimate_remaining(0, 30), 0s);
  EXPECT_FALSE(estimate_remaining(100, 0));
  EXPECT_FALSE(estimate_remaining(std::numeric_limits<std::uint64_t>::max(), 1));
}

}  // namespace
}  // namespace corten::term
