#include "cli/report.hpp"

#include <gtest/gtest.h>

namespace corten::cli {
namespace {

std::string reported(std::string hint) {
  MemorySource in{std::string_view()};
  MemorySink out;
  MemorySink err;
  auto error = fail(Errc::invalid_argument, "two\nlines").error();
  error.set_hint(std::move(hint));
  (void)report_error({.in = in, .out = out, .err = err}, error);
  return err.take();
}

TEST(Report, AMessageIsOneLine) { EXPECT_EQ(reported(""), "corten: two\\nlines\n"); }

TEST(Report, LinesOfAHintStandBelowItsFirst) {
  EXPECT_EQ(reported("did you mean 'Name'?\n  1 | {{.Nme}}\n    |   ^~~~"),
            "corten: two\\nlines\n"
            "hint: did you mean 'Name'?\n"
            "        1 | {{.Nme}}\n"
            "          |   ^~~~\n");
}

TEST(Report, TheCaretOfALoneExcerptStaysBelowItsWord) {
  EXPECT_EQ(reported("  1 | {{.Nme}}\n    |   ^~~~"),
            "corten: two\\nlines\n"
            "hint:   1 | {{.Nme}}\n"
            "          |   ^~~~\n");
}

TEST(Report, HintsDoNotControlTheTerminal) {
  EXPECT_EQ(reported("a\r\n\n\x1b[31mb\tc"),
            "corten: two\\nlines\n"
            "hint: a\\x0d\n"
            "\n"
            "      \\x1b[31mb\\tc\n");
}

}  // namespace
}  // namespace corten::cli
