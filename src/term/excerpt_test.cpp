#include "term/excerpt.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

constexpr std::string_view kSource = "FROM a\nRUN pip instal torch\nCMD x\n";

TEST(Position, CountsLinesAndCharacters) {
  EXPECT_EQ(position_at(kSource, 0), (SourcePosition{1, 1}));
  EXPECT_EQ(position_at(kSource, kSource.find("instal")), (SourcePosition{2, 9}));
  EXPECT_EQ(position_at("h\u00e9x", 3), (SourcePosition{1, 3}));
  EXPECT_EQ(position_at("a", 99), (SourcePosition{1, 2}));
  EXPECT_EQ(position_at("", 0), (SourcePosition{1, 1}));
}

TEST(Excerpt, PointsAtThePlace) {
  EXPECT_EQ(source_excerpt(kSource, {.offset = kSource.find("instal"), .length = 6}),
            "  2 | RUN pip instal torch\n"
            "    |         ^~~~~~");
}

TEST(Excerpt, ExpandsTabsAndCountsWideCharacters) {
  EXPECT_EQ(source_excerpt("\tab\tX", {.offset = 4, .length = 1}),
            "  1 |     ab  X\n"
            "    |         ^");
  EXPECT_EQ(source_excerpt("\u65e5\u672cX", {.offset = 6, .length = 1}),
            "  1 | \u65e5\u672cX\n"
            "    |     ^");
}

TEST(Excerpt, ShowsControlCharactersInsteadOfSendingThem) {
  EXPECT_EQ(source_excerpt("a\x1b[2Jb\r\n", {.offset = 5, .length = 1}),
            "  1 | a\\x1b[2Jb\n"
            "    |         ^");
}

TEST(Excerpt, PointsBehindTheEnd) {
  EXPECT_EQ(source_excerpt("ab", {.offset = 2, .length = 1}), "  1 | ab\n    |   ^");
  EXPECT_EQ(source_excerpt("ab", {.offset = 99, .length = 99}), "  1 | ab\n    |   ^");
  EXPECT_EQ(source_excerpt("", {.offset = 0, .length = 1}), "  1 | \n    | ^");
}

TEST(Excerpt, StopsAtTheEndOfTheLine) {
  EXPECT_EQ(source_excerpt("ab\ncd", {.offset = 1, .length = 4}), "  1 | ab\n    |  ^");
}

TEST(Excerpt, ShowsThePartOfALongLineThatMatters) {
  const auto text = std::string(500, 'a') + "WRONG" + std::string(100'000, 'b');
  const auto excerpt = source_excerpt(text, {.offset = 500, .length = 5}, 60);
  const auto lines = split(excerpt, '\n');
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_LE(display_width(lines[0]), 60U);
  const auto wrong = lines[0].find("WRONG");
  ASSERT_NE(wrong, std::string_view::npos);
  EXPECT_EQ(display_width(lines[0].substr(0, wrong)), lines[1].find("^~~~~"));
}

TEST(Excerpt, FitsWhateverTheSource) {
  EXPECT_TRUE(rc::check("fits", [](const std::string& text) {
    const auto offset = *rc::gen::inRange<std::size_t>(0, text.size() + 2);
    const auto length = *rc::gen::inRange<std::size_t>(0, 50);
    const auto excerpt = source_excerpt(text, {.offset = offset, .length = length}, 40);
    for (const auto line : split(excerpt, '\n')) {
      RC_ASSERT(display_width(line) <= 40);
      RC_ASSERT(printable(line) == line);
    }
  }));
}

TEST(FailInSource, SaysWhereWhatAndHow) {
  const auto failure = fail_in_source("Dockerfile", kSource, {.offset = 7, .length = 3},
                                      {.message = "unknown instruction", .advice = "did you mean 'ARG'?"});
  EXPECT_EQ(failure.error().kind(), Errc::invalid_argument);
  EXPECT_EQ(failure.error().message(), "Dockerfile: line 2, column 1: unknown instruction");
  EXPECT_EQ(failure.error().hint(), "did you mean 'ARG'?\n  2 | RUN pip instal torch\n    | ^~~");
  EXPECT_EQ(fail_in_source("", "x", {}, {.message = "no", .advice = ""}).error().message(),
            "line 1, column 1: no");
}

}  // namespace
}  // namespace corten::term
