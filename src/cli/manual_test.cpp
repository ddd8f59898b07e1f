#include "cli/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page(const std::vector<std::string>& words) {
  return render_manual(sample_table(), *sample_table().find(words));
}

TEST(Manual, HasTheUsualSections) {
  const auto text = page({"run"});
  EXPECT_THAT(text, testing::StartsWith(".TH CORTEN\\-RUN 1 "));
  EXPECT_THAT(text, HasSubstr(".SH NAME\ncorten\\-run \\- Run a command in a new container\n"));
  EXPECT_THAT(text, HasSubstr(".SH SYNOPSIS\n\\fBcorten run [OPTIONS] IMAGE [ARG...]\\fR\n"));
  EXPECT_THAT(text, HasSubstr("\\fB\\-n, \\-\\-count\\fR \\fINUMBER\\fR\n"));
  EXPECT_THAT(text, HasSubstr(".SH ENVIRONMENT\n"));
  EXPECT_THAT(text, HasSubstr(".SH SEE ALSO\n\\fBcorten\\fR(1)\n"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST(Manual, RootPageListsTheVerbs) {
  const auto text = page({});
  EXPECT_THAT(text,
              HasSubstr("\\fBrun\\fR\nRun a command in a new container.\nSee \\fBcorten\\-run\\fR(1).\n"));
  EXPECT_THAT(text, Not(HasSubstr("SEE ALSO")));
  EXPECT_THAT(text, Not(HasSubstr("corten\\-fail")));
}

TEST(Manual, TextIsNotTakenForRequests) {
  const Command command = {.path = "x", .summary = "Say 'a\\b'", .doc = ".hidden files\n\n 'quoted'"};
  const auto text = render_manual(sample_table(), command);
  EXPECT_THAT(text, HasSubstr("Say \\(aqa\\eb\\(aq"));
  EXPECT_THAT(text, HasSubstr("\n\\&.hidden files\n"));
}

TEST(Manual, PagesAreNamedAfterThePath) {
  EXPECT_EQ(page_name(*sample_table().find(std::vector<std::string>{"image", "ls"})), "corten-image-ls");
  EXPECT_EQ(page_name(sample_table().root()), "corten");
}

}  // namespace
}  // namespace corten::cli
