#include "term/utf8.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/strings.hpp"

namespace corten::term {
namespace {

TEST(Utf8, DecodesEveryLength) {
  EXPECT_EQ(decode_code_point("a").value, U'a');
  EXPECT_EQ(decode_code_point("\u00e9").value, U'\u00e9');
  EXPECT_EQ(decode_code_point("\u65e5x").bytes, 3U);
  EXPECT_EQ(decode_code_point("\U0001F600").value, U'\U0001F600');
  EXPECT_EQ(decode_code_point("").bytes, 0U);
}

TEST(Utf8, TakesOneByteOfWhatIsNotUtf8) {
  for (const std::string_view bad : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                     "\xFF", "\xE6\x97", "\xF0\x9F\x98"}) {
    const auto point = decode_code_point(bad);
    EXPECT_FALSE(point.valid) << printable(bad);
    EXPECT_EQ(point.bytes, 1U);
  }
}

TEST(Utf8, CountsAndCutsByCharacter) {
  EXPECT_EQ(count_code_points("h\u00e9llo"), 5U);
  EXPECT_EQ(count_code_points("a\xFFz"), 3U);
  EXPECT_EQ(first_code_points("h\u00e9llo", 2), "h\u00e9");
  EXPECT_EQ(first_code_points("ab", 9), "ab");
}

TEST(Utf8, EncodesWhatItDecodes) {
  EXPECT_TRUE(rc::check("round trip", [] {
    const auto value = *rc::gen::inRange<std::uint32_t>(0, 0x110000);
    std::string text;
    append_utf8(text, value);
    const auto point = decode_code_point(text);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    RC_ASSERT(point.valid && point.bytes == text.size());
    RC_ASSERT(point.value == (surrogate ? U'\uFFFD' : char32_t{value}));
  }));
}

TEST(Utf8, AgreesWithBaseOnWhatIsUtf8) {
  EXPECT_TRUE(rc::check("same verdict", [](const std::string& text) {
    bool valid = true;
    for (std::string_view rest = text; !rest.empty();) {
      const auto point = decode_code_point(rest);
      valid = valid && point.valid;
      rest.remove_prefix(point.bytes);
    }
    RC_ASSERT(valid == is_utf8(text));
  }));
}

}  // namespace
}  // namespace corten::term
