#include <algorithm>
#include <cctype>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/help.hpp"
#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

using testing::HasSubstr;

Session run(const std::vector<std::string>& words, const Variables& variables = {}, unsigned uid = 1000) {
  return run_in_memory(all_commands(), words, variables, uid);
}

std::vector<const Command*> every_command() {
  std::vector<const Command*> commands(all_commands().commands().begin(), all_commands().commands().end());
  commands.push_back(&all_commands().root());
  return commands;
}

void expect_phrase(std::string_view text, const std::string& whose) {
  ASSERT_FALSE(text.empty()) << whose;
  EXPECT_TRUE(std::isupper(static_cast<unsigned char>(text.front()))) << whose << ": " << text;
  EXPECT_FALSE(text.ends_with('.')) << whose << ": " << text;
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }))
      << whose << ": " << text;
}

// Wrapping, roff and three shells rely on what these check.
TEST(Commands, TextsArePhrases) {
  for (const auto* command : every_command()) {
    expect_phrase(command->summary, full_name(*command));
    for (const auto& example : command->examples) expect_phrase(example.text, full_name(*command));
    for (const auto& flag : command->flags) {
      expect_phrase(flag.help, full_name(*command) + " " + label(flag));
      EXPECT_EQ(flag.value.empty(), flag.bind.kind == Binding::Kind::boolean) << label(flag);
      for (const auto choice : flag.choices)
        EXPECT_EQ(choice.find_first_of(" '\"\\$"), std::string_view::npos);
    }
  }
}

TEST(Commands, NamesAreUnique) {
  std::set<std::string_view> paths;
  for (const auto* command : every_command()) {
    EXPECT_TRUE(paths.insert(command->path).second) << command->path;
    for (const auto alias : command->aliases) EXPECT_TRUE(paths.insert(alias).second) << alias;
    std::set<std::string> flags;
    for (const auto& flag : command->flags) {
      EXPECT_TRUE(flags.insert(std::string(flag.name)).second) << label(flag);
      if (flag.letter == '\0') continue;
      EXPECT_TRUE(flags.insert({flag.letter}).second) << label(flag);
    }
  }
}

TEST(Commands, ParentsAreGroups) {
  for (const auto* command : all_commands().commands()) {
    const auto parts = cut_last(command->path, ' ');
    if (!parts) continue;
    std::vector<std::string> words;
    for (const auto word : split(parts->before, ' ')) words.emplace_back(word);
    const auto* parent = all_commands().find(words);
    ASSERT_NE(parent, nullptr) << command->path;
    EXPECT_EQ(parent->execute, nullptr) << command->path;
  }
}

TEST(Commands, ArgumentsHaveAPlaceToGo) {
  for (const auto* command : all_commands().commands()) {
    EXPECT_EQ(command->arguments.max == 0, command->arguments.bind.assign == nullptr) << command->path;
    EXPECT_EQ(command->arguments.max == 0, command->arguments.usage.empty()) << command->path;
  }
}

TEST(Commands, AllWaysToAskForHelpAgree) {
  EXPECT_EQ(run({"help"}).out, run({"--help"}).out);
  for (const auto* command : all_commands().commands()) {
    std::vector<std::string> words;
    for (const auto word : split(command->path, ' ')) words.emplace_back(word);
    auto topic = words;
    topic.insert(topic.begin(), "help");
    words.emplace_back("--help");
    EXPECT_EQ(run(topic).out, run(words).out) << command->path;
    EXPECT_EQ(run(topic).out, render_help(all_commands(), *command, 80)) << command->path;
  }
}

TEST(Commands, HelpForNothing) {
  const auto session = run({"help", "versoin"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_EQ(session.err, "corten: unknown help topic: 'versoin'\nhint: did you mean 'version'?\n");
}

TEST(Commands, VersionAsJson) {
  const auto session = run({"version", "--format", "json"});
  ASSERT_EQ(session.code, kExitSuccess);
  const auto document = parse_json(session.out, "version");
  ASSERT_TRUE(document);
  const auto client = JsonView::of_object(*document, "version")->require_object("Client");
  ASSERT_TRUE(client);
  EXPECT_EQ(*client->require_string("Os"), "linux");
  EXPECT_THAT(run({"--version"}).out, HasSubstr(*client->require_string("Version")));
}

TEST(Commands, VersionByTemplate) {
  const auto session = run({"version", "--format", "{{.Client.Os}}/{{upper .Client.Arch}}"});
  ASSERT_EQ(session.code, kExitSuccess) << session.err;
  EXPECT_THAT(session.out, testing::StartsWith("linux/"));
}

TEST(Commands, AFieldThatIsNotThereIsAnErrorWithANearOne) {
  const auto session = run({"version", "--format", "{{.Client.Verison}}"});
  EXPECT_NE(session.code, kExitSuccess);
  EXPECT_THAT(session.err, HasSubstr("Version"));
  EXPECT_EQ(session.out, "");
}

TEST(Commands, InfoShowsTheStore) {
  const auto text = run({"--root", "/a", "--run-root", "/b", "info"});
  EXPECT_EQ(text.code, kExitSuccess);
  EXPECT_THAT(text.out, HasSubstr("Root Dir: /a\nRun Root Dir: /b\nRootless: true\n"));
  const auto from_environment =
      run({"system", "info"}, {{"CORTEN_ROOT", "/c"}, {"CORTEN_RUN_ROOT", "/d"}}, 0);
  EXPECT_THAT(from_environment.out, HasSubstr("Root Dir: /c\nRun Root Dir: /d\nRootless: false\n"));
}

TEST(Commands, InfoExplainsWhatIsMissing) {
  const auto session = run({"system", "info"}, {{"HOME", "/home/a"}});
  EXPECT_EQ(session.code, kExitSuccess);
  EXPECT_THAT(
      session.out,
      HasSubstr("Root Dir: /home/a/.local/share/corten\n"
                "Run Root Dir: (not set: no place for sockets and mounts: XDG_RUNTIME_DIR is not set)\n"));
  EXPECT_THAT(session.err, testing::StartsWith("WARNING: no place for sockets and mounts"));
  EXPECT_THAT(session.err, HasSubstr("or give --run-root DIR\n"));
}

TEST(Commands, InfoAsJsonListsWarnings) {
  const auto warnings = [](const Variables& variables) {
    const auto session = run({"system", "info", "--format", "json"}, variables);
    EXPECT_EQ(session.err, "");
    return parse_json(session.out, "info")->at("Warnings");
  };
  EXPECT_EQ(warnings({{"HOME", "/home/a"}, {"XDG_RUNTIME_DIR", "/r"}}), Json::array());
  EXPECT_EQ(warnings({{"HOME", "/home/a"}}).size(), 1U);
  EXPECT_EQ(warnings({}).size(), 2U);
  const auto session = run({"system", "info", "--format", "<{{.RunRootDir}}>"}, {{"HOME", "/home/a"}});
  EXPECT_EQ(session.out, "<>\n");
}

TEST(Commands, InfoRefusesADirectoryWithoutAName) {
  EXPECT_EQ(run({"--run-root", "", "info"}, {{"HOME", "/home/a"}}).code, kExitFailure);
}

TEST(Commands, FeaturesNeedNoRuntimeDirectory) {
  const auto session = run({"system", "features"}, {{"HOME", "/"}});
  EXPECT_EQ(session.code, kExitSuccess) << session.err;
  EXPECT_EQ(session.err, "");
}

TEST(Commands, FeaturesEndWithWhatToDo) {
  const auto session = run({"system", "features"});
  EXPECT_THAT(session.out, HasSubstr("\ndata-directory (needed for keeping images):\n"
                                     "    set HOME or XDG_DATA_HOME, or give --root DIR\n"));
}

TEST(Commands, TheExampleOfFeaturesShowsEachOnALine) {
  const auto help = run({"system", "features", "--help"}).out;
  const std::string format = R"(table {{.Name}}\t{{.State}}\t{{.Remedy}})";
  EXPECT_THAT(help, HasSubstr("--format '" + format + "'"));
  const auto session = run({"system", "features", "--format", format});
  EXPECT_THAT(session.out, testing::StartsWith("FEATURE"));
  EXPECT_THAT(session.out, testing::Not(HasSubstr("\n\n")));
}

TEST(Commands, FeaturesSayWhyThereIsNoDataDirectory) {
  const auto session = run({"system", "features", "--format",
                            R"({{if eq .Name "data-directory"}}{{.State}}|{{.Detail}}|{{.Remedy}}{{end}})"});
  EXPECT_EQ(session.code, kExitSuccess) << session.err;
  EXPECT_THAT(session.out,
              HasSubstr("unknown|no place for the store: HOME is not set to an absolute path|set "
                        "HOME or XDG_DATA_HOME, or give --root DIR\n"));
}

TEST(Commands, UnknownShell) {
  const auto session = run({"completion", "tcsh"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_EQ(session.err, "corten: no completion for the shell 'tcsh'\nhint: use bash, zsh or fish\n");
}

}  // namespace
}  // namespace corten::cli
