#include "base/strings.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace corten {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Strings, SplitKeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b", ','), (Parts{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
}

TEST(Strings, CutTakesTheFirstAndCutLastTheLast) {
  EXPECT_EQ(cut("a=b=c", '=')->after, "b=c");
  EXPECT_EQ(cut_last("a=b=c", '=')->before, "a=b");
  EXPECT_FALSE(cut("abc", '='));
}

TEST(Strings, TrimRemovesWhiteSpaceAtBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Strings, CaseIsAsciiOnly) {
  EXPECT_EQ(to_lower("ÄBC"), "Äbc");
  EXPECT_EQ(to_upper("xyz1"), "XYZ1");
  EXPECT_TRUE(equal_ignoring_case("WARN", "warn"));
  EXPECT_FALSE(equal_ignoring_case("warn", "warns"));
}

TEST(Strings, PrintableDisarmsTerminalSequences) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("line\nnext\t"), "line\\nnext\\t");
  EXPECT_EQ(printable("\xc2\x9b"
                      "1A"),
            "\\xc2\\x9b1A");  // U+009B, the one-byte CSI
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("gr\u00fcn \u4f60"), "gr\u00fcn \u4f60");
}

TEST(Strings, Utf8IsCheckedStrictly) {
  EXPECT_TRUE(is_utf8("\u00e9\u4f60\U0001F600"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // overlong '/'
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_utf8("\xe4\xbd"));          // cut short
}

TEST(Strings, HexIsLowerCase) {
  const std::uint8_t bytes[] = {0x00, 0xAB, 0xFF};
  EXPECT_EQ(to_hex(bytes), "00abff");
}

TEST(Strings, NumbersAreWholeAndInRange) {
  EXPECT_EQ(parse_int64("-12", "n").value(), -12);
  EXPECT_EQ(parse_uint64("18446744073709551615", "n").value(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_int64("12x", "--n").error().message(), "--n: expected a whole number, found '12x'");
  EXPECT_EQ(parse_int64("", "--n").error().message(), "--n: expected a whole number, found ''");
  EXPECT_EQ(parse_int64("9223372036854775808", "n").error().message(),
            "n: '9223372036854775808' is out of range");
  EXPECT_FALSE(parse_uint64("-1", "n"));
}

}  // namespace
}  // namespace corten
