#include "base/timestamp.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace corten {
namespace {

TEST(Timestamp, ReadsRfc3339) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z").value(), (Timestamp{0, 0}));
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00.5Z").value(), (Timestamp{1714564800, 500'000'000}));
  EXPECT_EQ(parse_rfc3339("2024-05-01T14:00:00+02:00").value(), (Timestamp{1714564800, 0}));
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.75Z").value(), (Timestamp{-1, 750'000'000}));
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z").value(), (Timestamp{-62135596800, 0}));
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00.1234567891Z").value().nanoseconds, 123456789);
}

TEST(Timestamp, RefusesWhatIsNoDate) {
  for (const auto* bad : {"", "2024-05-01", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z",
                          "2024-05-01T24:00:00Z", "2024-05-01T12:00:00", "2024-05-01T12:00:00.Z",
                          "2024-05-01T12:00:00Zx", "-001-05-01T12:00:00Z", "0000-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Timestamp, PrintsAndReadsBack) {
  for (const Timestamp time : {Timestamp{0, 0}, Timestamp{-1, 1}, Timestamp{1714564800, 120'000'000},
                               Timestamp{-62135596800, 0}, Timestamp{253402300799, 999'999'999}}) {
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)).value(), time) << format_rfc3339(time);
  }
  EXPECT_EQ(format_rfc3339({1714564800, 120'000'000}), "2024-05-01T12:00:00.12Z");
}

TEST(Timestamp, FarTimesAreClampedToAWellFormedText) {
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::max(), 0}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::min(), 0}), "0001-01-01T00:00:00Z");
}

TEST(Timestamp, OrderIsChronological) { EXPECT_LT((Timestamp{-1, 999'999'999}), (Timestamp{0, 0})); }

}  // namespace
}  // namespace corten
