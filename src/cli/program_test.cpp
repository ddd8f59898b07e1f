#include "cli/program.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.hpp"
#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Session run(const std::vector<std::string>& words, const Variables& variables = {}) {
  return run_in_memory(sample_table(), words, variables);
}

TEST(Program, RunsACommandAndReturnsItsCode) {
  const auto session = run({"run", "-it", "--name", "n", "img", "ls", "-l"});
  EXPECT_EQ(session.code, 7);
  EXPECT_EQ(session.out, "i1 t1 rm0 name=n count=-1 env= words=img ls -l\n");
  EXPECT_EQ(session.err, "");
}

TEST(Program, GlobalFlagsStandBeforeTheVerb) {
  EXPECT_EQ(run({"--root", "/x", "--progress=plain", "-D", "images"}).code, kExitSuccess);
  EXPECT_EQ(run({"--", "images"}).code, kExitSuccess);

  const auto after = run({"images", "--root", "/x"});
  EXPECT_EQ(after.code, kExitBadFlag);
  EXPECT_THAT(after.err, HasSubstr("hint: '--root' is a global flag: write it before the verb"));
}

TEST(Program, EveryProgressModeThatIsOfferedIsTaken) {
  const auto flags = sample_table().root().flags;
  const auto progress = std::ranges::find(flags, "progress", &Flag::name);
  ASSERT_NE(progress, flags.end());
  ASSERT_EQ(progress->choices.size(), 4U);
  for (const auto mode : progress->choices) {
    EXPECT_EQ(run({"--progress", std::string(mode), "images"}).code, kExitSuccess) << mode;
  }
  const auto wrong = run({"--progress", "fast", "images"});
  EXPECT_EQ(wrong.code, kExitBadFlag);
  EXPECT_THAT(wrong.err, HasSubstr("unknown progress mode 'fast'\nhint: use auto, tty, plain or json\n"));
}

TEST(Program, GroupsLeadToTheirCommands) {
  EXPECT_EQ(run({"image", "ls"}).out, run({"images"}).out);
  const auto bare = run({"image"});
  EXPECT_EQ(bare.code, kExitSuccess);
  EXPECT_EQ(bare.out, "");
  EXPECT_THAT(bare.err, StartsWith("Usage:  corten image COMMAND\n"));
  EXPECT_EQ(run({"image", "--help"}).out, bare.err);
}

TEST(Program, UnknownVerbs) {
  const auto session = run({"rnu"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_EQ(session.err,
            "corten: 'rnu' is not a corten command. See 'corten --help'\nhint: did you mean 'corten run'?\n");
  const auto below = run({"image", "sl"});
  EXPECT_EQ(below.code, kExitFailure);
  EXPECT_EQ(below.err,
            "corten: 'sl' is not a corten image command. See 'corten image --help'\n"
            "hint: did you mean 'corten image ls'?\n");
  EXPECT_EQ(run({""}).err, "corten: '' is not a corten command. See 'corten --help'\n");
}

TEST(Program, WrongFlags) {
  const auto session = run({"run", "--nosuch", "img"});
  EXPECT_EQ(session.code, kExitBadFlag);
  EXPECT_EQ(session.err,
            "corten: unknown flag: --nosuch\n"
            "\n"
            "Usage:  corten run [OPTIONS] IMAGE [ARG...]\n"
            "\n"
            "Run 'corten run --help' for more information\n");
  EXPECT_EQ(run({"--nosuch"}).code, kExitBadFlag);
  EXPECT_EQ(run({"image", "--nosuch"}).code, kExitBadFlag);
}

TEST(Program, WrongNumbersOfArguments) {
  const auto session = run({"tag", "a"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_THAT(session.err, StartsWith("corten: 'corten tag' requires 2 arguments\n"));
  EXPECT_EQ(run({"run"}).code, kExitFailure);
  EXPECT_EQ(run({"images", "x"}).code, kExitFailure);
}

TEST(Program, FailuresShowNoControlCharacters) {
  const auto session = run({"fail"});
  EXPECT_EQ(session.code, errc_info(Errc::not_found).exit_code);
  EXPECT_EQ(session.err, "corten: no image '\\x1b[31mred'\nhint: run 'corten pull'\n");
}

TEST(Program, HelpGoesBeforeTheNumberOfArguments) {
  const auto session = run({"tag", "--help"});
  EXPECT_EQ(session.code, kExitSuccess);
  EXPECT_THAT(session.out, StartsWith("Usage:  corten tag SOURCE TARGET\n"));
}

TEST(Program, AllWaysToAskForTheMainHelpAgree) {
  const auto help = run({"--help"});
  EXPECT_EQ(help.code, kExitSuccess);
  EXPECT_EQ(run({"-h"}).out, help.out);
  const auto bare = run({});
  EXPECT_EQ(bare.code, kExitSuccess);
  EXPECT_EQ(bare.out, "");
  EXPECT_EQ(bare.err, help.out);
}

TEST(Program, EnvironmentGivesGlobalFlags) {
  const auto session = run({"images"}, {{"CORTEN_LOG_LEVEL", "loud"}});
  EXPECT_EQ(session.code, kExitBadFlag);
  EXPECT_THAT(session.err,
              StartsWith("corten: invalid value of CORTEN_LOG_LEVEL: unknown log level 'loud'\n"));
  EXPECT_EQ(run({"images"}, {{"CORTEN_LOG_LEVEL", ""}}).code, kExitSuccess);
}

TEST(Program, EnvironmentGivesACommandsFlags) {
  EXPECT_THAT(run({"run", "img"}, {{"SAMPLE_COUNT", "4"}}).out, HasSubstr("count=4"));
  EXPECT_THAT(run({"run", "-n5", "img"}, {{"SAMPLE_COUNT", "4"}}).out, HasSubstr("count=5"));
}

TEST(Program, VersionIsOneLine) {
  const auto session = run({"--version"});
  EXPECT_EQ(session.code, kExitSuccess);
  EXPECT_THAT(session.out, testing::MatchesRegex("corten version [0-9.]+, build [^\n]+\n"));
  EXPECT_EQ(run({"-v"}).out, session.out);
  EXPECT_NE(run({"-v", "images"}).out, session.out);  // as in Docker, a verb goes before it
}

}  // namespace
}  // namespace corten::cli
