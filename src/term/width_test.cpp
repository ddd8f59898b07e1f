#include "term/width.hpp"

#include <rapidcheck.h>

#include <algorithm>

#include <gtest/gtest.h>

#include "term/utf8.hpp"
#include "term/width_table.hpp"

namespace corten::term {
namespace {

TEST(Width, CountsTheColumnsOfATerminal) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("docker.io/library"), 17U);
  EXPECT_EQ(display_width("h\u00e9llo"), 5U);
  EXPECT_EQ(display_width("e\u0301"), 1U);             // combining accent
  EXPECT_EQ(display_width("\u65e5\u672c\u8a9e"), 6U);  // CJK
  EXPECT_EQ(display_width("\uff21"), 2U);              // full-width A
  EXPECT_EQ(display_width("\ud55c"), 2U);              // Hangul syllable
  EXPECT_EQ(display_width("\u1112\u1161\u11ab"), 2U);  // the same as jamo
  EXPECT_EQ(display_width("a\u200bb\u00ad"), 3U);      // zero-width space, soft hyphen
  EXPECT_EQ(display_width("\u05d0\u05b0\u0627"), 2U);  // Hebrew with a point, Arabic
}

TEST(Width, CountsEmojiAsOnePicture) {
  EXPECT_EQ(display_width("\U0001F600"), 2U);
  EXPECT_EQ(display_width("\U0001F44D\U0001F3FD"), 2U);                        // skin tone
  EXPECT_EQ(display_width("\u2764"), 1U);                                      // heart as text
  EXPECT_EQ(display_width("\u2764\uFE0F"), 2U);                                // and as a picture
  EXPECT_EQ(display_width("\U0001F468\u200D\U0001F469\u200D\U0001F467"), 2U);  // family
  EXPECT_EQ(display_width("\U0001F1E9\U0001F1EA"), 2U);                        // flag
}

TEST(Width, SurvivesWhatIsNoText) {
  EXPECT_EQ(display_width("\xFF\xFE"), 2U);
  EXPECT_EQ(display_width("a\nb\t"), 2U);
  EXPECT_EQ(display_width("\x1b[1;31mred\x1b[0m"), 3U);
  EXPECT_EQ(display_width("\x1b]0;x"), 4U);  // not a colour: what terminals do with it is their secret
}

TEST(Width, CutsWithAnEllipsisAndNeverInsideAPicture) {
  EXPECT_EQ(truncate_to_width("sha256:0123", 20), "sha256:0123");
  EXPECT_EQ(truncate_to_width("sha256:0123", 8), "sha256:\u2026");
  EXPECT_EQ(truncate_to_width("\u65e5\u672c\u8a9e", 5), "\u65e5\u672c\u2026");
  EXPECT_EQ(truncate_to_width("\u65e5\u672c\u8a9e", 4), "\u65e5\u2026");
  EXPECT_EQ(truncate_to_width("e\u0301e\u0301e\u0301", 2), "e\u0301\u2026");
  EXPECT_EQ(truncate_to_width("abc", 0), "");
  EXPECT_EQ(truncate_to_width("abcdef", 5, "..."), "ab...");
  EXPECT_EQ(truncate_to_width("abcdef", 2, "..."), "ab");
  EXPECT_EQ(truncate_to_width("\x1b[31mabcdef\x1b[0m", 3), "\x1b[31mab\u2026\x1b[0m");
}

TEST(Width, PadsByColumnsAndNotByBytes) {
  EXPECT_EQ(pad_to_width("\u65e5", 4), "\u65e5  ");
  EXPECT_EQ(pad_to_width("abc", 2), "abc");
  EXPECT_EQ(pad_left_to_width("7", 3), "  7");
}

TEST(Width, TruncationFits) {
  EXPECT_TRUE(rc::check("fits", [](const std::string& text) {
    const auto columns = *rc::gen::inRange<std::size_t>(0, 20);
    RC_ASSERT(display_width(truncate_to_width(text, columns)) <= columns);
  }));
}

TEST(Width, TablesAreSortedAndApart) {
  for (const auto table : {zero_width_ranges(), wide_ranges(), narrow_emoji_ranges()}) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      EXPECT_LE(table[i].first, table[i].last);
      EXPECT_TRUE(i == 0 || table[i - 1].last < table[i].first);
    }
  }
}

}  // namespace
}  // namespace corten::term
