#include "term/wrap.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_EQ(wrap_text("Run a command in a new container", {.columns = 16}),
            "Run a command in\na new container");
  EXPECT_EQ(wrap_text("", {.columns = 10}), "");
  EXPECT_EQ(wrap_text("one  two   ", {.columns = 10}), "one two");
}

TEST(Wrap, IndentsTheFirstLineAndTheOthers) {
  EXPECT_EQ(wrap_text("alpha beta gamma", {.columns = 14, .first_indent = 2, .indent = 4}),
            "  alpha beta\n    gamma");
}

TEST(Wrap, LeavesALongWordWhole) {
  EXPECT_EQ(wrap_text("see /var/lib/corten/blobs/sha256 there", {.columns = 10}),
            "see\n/var/lib/corten/blobs/sha256\nthere");
}

TEST(Wrap, KeepsParagraphsAndExamples) {
  EXPECT_EQ(wrap_text("First line here.\n\n    corten run  --rm  image\nLast.", {.columns = 12, .indent = 2}),
            "First line\n  here.\n\n      corten run  --rm  image\nLast.");
}

TEST(Wrap, CountsColumns) {
  EXPECT_EQ(wrap_text("\u65e5\u672c \u65e5\u672c", {.columns = 8}), "\u65e5\u672c\n\u65e5\u672c");
}

TEST(Wrap, LinesFitUnlessOneWordDoesNot) {
  EXPECT_TRUE(rc::check("fits", [] {
    const auto words = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::inRange('a', 'e')));
    // The macros of rapidcheck overload ||, which then no longer stops at the first true operand.
    const bool is_example = !words.empty() && words.front().empty();
    RC_PRE(!is_example);
    const auto wrapped = wrap_text(join(words, " "), {.columns = 12});
    for (const auto line : split(wrapped, '\n')) {
      const bool one_word = line.find(' ') == std::string_view::npos;
      const bool fits = display_width(line) <= 12;
      RC_ASSERT(fits || one_word);
    }
  }));
}

}  // namespace
}  // namespace corten::term
