#include "cli/parser.hpp"

#include <gtest/gtest.h>

#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

using Words = std::vector<std::string>;

struct Parsed {
  RunOptions options;
  Words arguments;
  bool help = false;
  std::string error;
  std::string hint;
};

Parsed parse(const Words& words, FlagPlacement placement = FlagPlacement::before_arguments) {
  Parsed parsed;
  const Grammar grammar = {
      .flags = sample_flags(), .placement = placement, .global_flags = kRootCommand.flags};
  auto result = parse_words(grammar, words, &parsed.options);
  if (!result) {
    parsed.error = result.error().message();
    parsed.hint = result.error().hint();
    EXPECT_EQ(result.error().kind(), Errc::invalid_argument);
    return parsed;
  }
  parsed.arguments = result->arguments;
  parsed.help = result->help;
  return parsed;
}

// Every row was tried with the Docker command line 28.2.
TEST(Parser, ReadsFlagsAsDockerDoes) {
  struct Row {
    Words words;
    RunOptions options;
    Words arguments;
  };
  const std::vector<Row> rows = {
      {{}, {}, {}},
      {{"img"}, {}, {"img"}},
      {{"-it", "img"}, {.interactive = true, .tty = true}, {"img"}},
      {{"-i", "-t", "--rm", "img"}, {.interactive = true, .tty = true, .remove = true}, {"img"}},
      {{"--tty=false", "img"}, {}, {"img"}},
      {{"-i=false", "img"}, {}, {"img"}},
      {{"-it=0", "img"}, {.interactive = true}, {"img"}},
      {{"--tty", "false"}, {.tty = true}, {"false"}},
      {{"--tty=T", "--rm=1", "img"}, {.tty = true, .remove = true}, {"img"}},
      {{"--tty", "--tty=false", "img"}, {}, {"img"}},
      {{"--name", "a", "img"}, {.name = "a"}, {"img"}},
      {{"--name=a", "img"}, {.name = "a"}, {"img"}},
      {{"--name=a=b", "img"}, {.name = "a=b"}, {"img"}},
      {{"--name=", "img"}, {}, {"img"}},
      {{"--name", "", "img"}, {}, {"img"}},
      {{"--name", "a", "--name", "b", "img"}, {.name = "b"}, {"img"}},
      {{"--name", "-it", "img"}, {.name = "-it"}, {"img"}},
      {{"--name", "--", "img"}, {.name = "--"}, {"img"}},
      {{"-n3", "img"}, {.count = 3}, {"img"}},
      {{"-n", "3", "img"}, {.count = 3}, {"img"}},
      {{"-n=3", "img"}, {.count = 3}, {"img"}},
      {{"-n", "-3", "img"}, {.count = -3}, {"img"}},
      {{"-n010", "img"}, {.count = 10}, {"img"}},
      {{"-itn3", "img"}, {.interactive = true, .tty = true, .count = 3}, {"img"}},
      {{"-eA=1", "-e", "B=2", "-e=C", "--env=D=4", "--env", "E", "img"},
       {.env = {"A=1", "B=2", "C", "D=4", "E"}},
       {"img"}},
      {{"-e=", "img"}, {.env = {"="}}, {"img"}},
      {{"-e", "[x,y]", "-e{}", "img"}, {.env = {"[x,y]", "{}"}}, {"img"}},
      {{"-ie", "-t", "img"}, {.interactive = true, .env = {"-t"}}, {"img"}},
      {{"-"}, {}, {"-"}},
      {{""}, {}, {""}},
      {{"--", "-t", "--nosuch"}, {}, {"-t", "--nosuch"}},
      {{"-t", "--", "--", "x"}, {.tty = true}, {"--", "x"}},
  };
  for (const auto& row : rows) {
    const auto parsed = parse(row.words);
    const auto shown = testing::PrintToString(row.words);
    EXPECT_EQ(parsed.error, "") << shown;
    EXPECT_EQ(parsed.options, row.options) << shown;
    EXPECT_EQ(parsed.arguments, row.arguments) << shown;
  }
}

TEST(Parser, LeavesTheContainersCommandAlone) {
  const auto parsed = parse({"-t", "img", "ls", "-l", "--rm", "--", "-x"});
  EXPECT_EQ(parsed.options, (RunOptions{.tty = true}));
  EXPECT_EQ(parsed.arguments, (Words{"img", "ls", "-l", "--rm", "--", "-x"}));
}

TEST(Parser, TakesFlagsBetweenArgumentsOfOtherCommands) {
  const auto parsed = parse({"a", "-t", "b", "--name", "n", "c", "--", "-i"}, FlagPlacement::anywhere);
  EXPECT_EQ(parsed.options, (RunOptions{.tty = true, .name = "n"}));
  EXPECT_EQ(parsed.arguments, (Words{"a", "b", "c", "-i"}));
}

TEST(Parser, SaysWhatIsWrong) {
  const std::vector<std::pair<Words, std::string>> rows = {
      {{"--nosuch", "img"}, "unknown flag: --nosuch"},
      {{"--nosuch=1", "img"}, "unknown flag: --nosuch"},
      {{"--nam", "x"}, "unknown flag: --nam"},
      {{"-Z"}, "unknown shorthand flag: 'Z' in -Z"},
      {{"-iZ"}, "unknown shorthand flag: 'Z' in -iZ"},
      {{"-=x"}, "unknown shorthand flag: '=' in -=x"},
      {{"-i="}, "unknown shorthand flag: '=' in -i="},
      {{"--name"}, "flag needs an argument: --name"},
      {{"-n"}, "flag needs an argument: 'n' in -n"},
      {{"-itn"}, "flag needs an argument: 'n' in -itn"},
      {{"--=x"}, "bad flag syntax: --=x"},
      {{"---x"}, "bad flag syntax: ---x"},
      {{"--rm=tru"}, "invalid argument for --rm: expected true or false, found 'tru'"},
      {{"--tty="}, "invalid argument for -t, --tty: expected true or false, found ''"},
      {{"-n3x"}, "invalid argument for -n, --count: expected a whole number, found '3x'"},
      {{"--count", "99999999999999999999"},
       "invalid argument for -n, --count: '99999999999999999999' is out of range"},
  };
  for (const auto& [words, message] : rows) {
    EXPECT_EQ(parse(words).error, message) << testing::PrintToString(words);
  }
}

TEST(Parser, SuggestsWhatWasMeant) {
  EXPECT_EQ(parse({"--nmae", "x"}).hint, "did you mean '--name'?");
  EXPECT_EQ(parse({"--hepl"}).hint, "did you mean '--help'?");
  EXPECT_EQ(parse({"-rm"}).hint, "did you mean '--rm'?");
  EXPECT_EQ(parse({"--secrte"}).hint, "");  // hidden flags stay hidden
  EXPECT_EQ(parse({"--zzzzzzzz"}).hint, "");
  EXPECT_EQ(parse({"--root", "x"}).hint, "'--root' is a global flag: write it before the verb");
}

TEST(Parser, HelpIsAFlagOfEveryCommand) {
  EXPECT_TRUE(parse({"--help"}).help);
  EXPECT_TRUE(parse({"-h"}).help);
  EXPECT_TRUE(parse({"-ith", "img"}).help);
  EXPECT_TRUE(parse({"--help", "img"}).help);
  EXPECT_FALSE(parse({"img", "--help"}).help);
  EXPECT_FALSE(parse({"--", "--help"}).help);
  EXPECT_EQ(parse({"--help", "--nosuch"}).error, "unknown flag: --nosuch");
}

TEST(Parser, ReadsTheEnvironment) {
  RunOptions options;
  const FindEnv find = [](std::string_view name) -> std::optional<std::string> {
    return name == "SAMPLE_COUNT" ? std::optional<std::string>("12") : std::nullopt;
  };
  ASSERT_TRUE(apply_environment(sample_flags(), find, &options));
  EXPECT_EQ(options.count, 12);
}

TEST(Parser, EmptyVariablesCountAsUnset) {
  RunOptions options;
  const FindEnv find = [](const char*) -> std::optional<std::string> { return ""; };
  ASSERT_TRUE(apply_environment(sample_flags(), find, &options));
  EXPECT_EQ(options.count, std::nullopt);
}

TEST(Parser, NamesTheVariableWithTheBadValue) {
  RunOptions options;
  const FindEnv find = [](const char*) -> std::optional<std::string> { return "many"; };
  const auto applied = apply_environment(sample_flags(), find, &options);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message(),
            "invalid value of SAMPLE_COUNT: expected a whole number, found 'many'");
}

TEST(Parser, CountsArguments) {
  const auto message = [](std::size_t min, std::size_t max, std::size_t count) {
    const Command command = {.path = "tag", .summary = "", .arguments = {.min = min, .max = max}};
    const auto checked = check_argument_count(command, count);
    return checked ? std::string() : checked.error().message();
  };
  EXPECT_EQ(message(2, 2, 2), "");
  EXPECT_EQ(message(1, kUnlimited, 9), "");
  EXPECT_EQ(message(0, 0, 1), "'corten tag' accepts no arguments");
  EXPECT_EQ(message(1, 1, 0), "'corten tag' requires 1 argument");
  EXPECT_EQ(message(2, 2, 3), "'corten tag' requires 2 arguments");
  EXPECT_EQ(message(1, kUnlimited, 0), "'corten tag' requires at least 1 argument");
  EXPECT_EQ(message(0, 1, 2), "'corten tag' accepts at most 1 argument");
  EXPECT_EQ(message(1, 2, 3), "'corten tag' requires at least 1 and at most 2 arguments");
}

}  // namespace
}  // namespace corten::cli
