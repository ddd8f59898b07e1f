#include "codec/pax.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace corten::codec::detail {
namespace {

std::string record(std::string_view key, std::string_view value) {
  std::string out;
  append_pax_record(out, key, value);
  return out;
}

TEST(Pax, TheLengthOfARecordCountsItself) {
  EXPECT_EQ(record("a", ""), "5 a=\n");
  EXPECT_EQ(record("a", "1234"), "9 a=1234\n");
  EXPECT_EQ(record("a", "12345"), "11 a=12345\n") << "ten bytes would need another digit";
  EXPECT_EQ(record("a", std::string(93, 'x')).substr(0, 4), "99 a");
  EXPECT_EQ(record("a", std::string(94, 'x')).substr(0, 5), "101 a");
}

TEST(Pax, TimesAreCountedForwardFromTheSecondBefore) {
  EXPECT_EQ(parse_pax_time("-0.25", "t").value(), (Timestamp{.seconds = -1, .nanoseconds = 750'000'000}));
  EXPECT_EQ(parse_pax_time("-1", "t").value(), Timestamp{.seconds = -1});
  EXPECT_EQ(parse_pax_time("7.", "t").value(), Timestamp{.seconds = 7});
  EXPECT_EQ(format_pax_time({.seconds = -1, .nanoseconds = 750'000'000}), "-0.25");
  EXPECT_EQ(format_pax_time({.seconds = 3, .nanoseconds = 10}), "3.00000001");
  EXPECT_FALSE(parse_pax_time("", "t"));
  EXPECT_FALSE(parse_pax_time(".5", "t"));
  EXPECT_FALSE(parse_pax_time("--1", "t"));
}

TEST(Pax, EveryTimeSurvives) {
  for (const auto seconds :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    for (const auto nanoseconds : {0, 1, 999'999'999}) {
      const Timestamp time{.seconds = seconds, .nanoseconds = nanoseconds};
      EXPECT_EQ(parse_pax_time(format_pax_time(time), "t").value(), time);
    }
  }
}

TEST(Pax, Base64OfRfc4648) {
  EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode_base64("fooba"), "Zm9vYmE");
  EXPECT_EQ(encode_base64("foob"), "Zm9vYg");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_FALSE(decode_base64("Z"));
  EXPECT_FALSE(decode_base64("Zm9v\nYg"));
  EXPECT_FALSE(decode_base64("Zm=9"));
}

TEST(Pax, PercentEscapes) {
  EXPECT_EQ(encode_percent("user.a=b%\xff"), "user.a%3Db%25%FF");
  EXPECT_EQ(decode_percent("a%3db"), "a=b");
  EXPECT_FALSE(decode_percent("a%3"));
  EXPECT_FALSE(decode_percent("a%+1"));
}

RC_GTEST_PROP(Pax, RecordsSurvive, (std::string key, const std::string& value)) {
  std::erase_if(key, [](char c) { return c == '=' || c == '\0'; });
  RC_PRE(!key.empty());
  const auto header = record(key, value) + record(key, "");
  PaxParser parser(header);
  const auto first = parser.next().value();
  RC_ASSERT(first->key == key);
  RC_ASSERT(first->value == value);
  RC_ASSERT(parser.next().value()->value.empty());
  RC_ASSERT(!parser.next().value());
}

RC_GTEST_PROP(Pax, EncodedBytesSurvive, (const std::string& bytes)) {
  RC_ASSERT(decode_base64(encode_base64(bytes)) == bytes);
  RC_ASSERT(decode_percent(encode_percent(bytes)) == bytes);
}

RC_GTEST_PROP(Pax, TimesSurvive, (std::int64_t seconds)) {
  const Timestamp time{.seconds = seconds, .nanoseconds = *rc::gen::inRange(0, 1'000'000'000)};
  RC_ASSERT(parse_pax_time(format_pax_time(time), "t").value() == time);
}

}  // namespace
}  // namespace corten::codec::detail
