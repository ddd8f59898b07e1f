#include "cli/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string help_of(const std::vector<std::string>& words, std::size_t columns = 80) {
  return render_help(sample_table(), *sample_table().find(words), columns);
}

TEST(Help, ShowsEverythingThatIsDeclared) {
  EXPECT_EQ(help_of({"run"}),
            "Usage:  corten run [OPTIONS] IMAGE [ARG...]\n"
            "\n"
            "Run a command in a new container\n"
            "\n"
            "The first paragraph of two lines.\n"
            "\n"
            "  kept as it is\n"
            "\n"
            "The second.\n"
            "\n"
            "Options:\n"
            "  -i, --interactive      Keep input open\n"
            "  -t, --tty              Make a terminal\n"
            "      --rm               Remove afterwards\n"
            "      --name NAME        Name of the container\n"
            "  -n, --count NUMBER     How many (default 1) (environment: SAMPLE_COUNT)\n"
            "  -e, --env NAME=VALUE   Set a variable\n");
}

TEST(Help, ListsAliases) {
  EXPECT_THAT(help_of({"images"}), HasSubstr("Aliases:\n  corten image ls, corten images\n"));
}

TEST(Help, GroupsVerbsByHeading) {
  const auto text = help_of({});
  EXPECT_THAT(text, HasSubstr("\nCommon Commands:\n  run   Run a command in a new container\n"));
  EXPECT_THAT(text, HasSubstr("\nManagement Commands:\n  image   Manage images\n"));
  EXPECT_THAT(text,
              HasSubstr("\nCommands:\n  images   List images\n  tag      Give an image a second name\n"));
  EXPECT_THAT(text, HasSubstr("\nGlobal Options:\n"));
  EXPECT_THAT(text, Not(HasSubstr("fail")));
}

TEST(Help, FitsTheTerminal) {
  for (const std::size_t columns : {60U, 80U, 100U, 200U}) {
    const auto text = render_help(all_commands(), all_commands().root(), columns);
    for (const auto line : split(text, '\n')) EXPECT_LE(line.size(), columns) << line;
  }
}

TEST(Help, TopicsMustExist) {
  const std::vector<std::string> wrong = {"image", "sl"};
  const auto topic = require_topic(sample_table(), wrong);
  ASSERT_FALSE(topic);
  EXPECT_EQ(topic.error().message(), "unknown help topic: 'sl'");
  EXPECT_EQ(topic.error().hint(), "did you mean 'ls'?");
}

}  // namespace
}  // namespace corten::cli
