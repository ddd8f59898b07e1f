#include "cli/text.hpp"

#include <gtest/gtest.h>

namespace corten::cli {
namespace {

using Lines = std::vector<std::string>;

TEST(Text, WrapsAtWords) {
  EXPECT_EQ(wrap("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("one two three", 80), (Lines{"one two three"}));
  EXPECT_EQ(wrap("", 80), (Lines{""}));
  EXPECT_EQ(wrap("a  b", 80), (Lines{"a b"}));
}

TEST(Text, KeepsWordsThatAreTooLong) {
  EXPECT_EQ(wrap("a incomprehensible b", 5), (Lines{"a", "incomprehensible", "b"}));
}

TEST(Text, ReadsParagraphsAndListings) {
  const auto blocks = parse_doc("\nA paragraph\nof two lines.\n\n  x\n   y\n\nEnd.\n  z\n");
  ASSERT_EQ(blocks.size(), 4U);
  EXPECT_EQ(blocks[0].text, "A paragraph of two lines.");
  EXPECT_FALSE(blocks[0].listing);
  EXPECT_EQ(blocks[1].text, "  x\n   y");
  EXPECT_TRUE(blocks[1].listing);
  EXPECT_EQ(blocks[2].text, "End.");
  EXPECT_EQ(blocks[3].text, "  z");
  EXPECT_TRUE(parse_doc("\n\n").empty());
}

TEST(Text, AlignsAndWrapsRows) {
  EXPECT_EQ(format_rows({{"  ls", "List images"}, {"  prune", "Remove what nobody uses any more"}}, 34),
            "  ls      List images\n"
            "  prune   Remove what nobody uses\n"
            "          any more\n");
  EXPECT_EQ(format_rows({{"  x", ""}}, 80), "  x\n");
}

}  // namespace
}  // namespace corten::cli
