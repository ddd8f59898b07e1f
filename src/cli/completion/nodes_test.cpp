#include "cli/completion/nodes.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/completion/completion.hpp"
#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

TEST(CompletionNodes, HoldEveryPlaceWhereACommandCanBeTyped) {
  std::vector<std::string> paths;
  for (const auto& node : completion_nodes(sample_table())) paths.push_back(node.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"corten", "corten run", "corten image", "corten image ls",
                                             "corten images", "corten tag", "corten fail"}));
}

TEST(CompletionNodes, NoListOfVerbsNamesAHiddenCommand) {
  const auto nodes = completion_nodes(sample_table());
  std::vector<std::string> verbs;
  for (const auto& verb : nodes[0].verbs) verbs.push_back(verb.name);
  EXPECT_EQ(verbs, (std::vector<std::string>{"image", "images", "run", "tag"}));
}

TEST(CompletionNodes, HoldVisibleFlagsAndHelp) {
  const auto nodes = completion_nodes(sample_table());
  std::vector<std::string> names;
  for (const auto& flag : nodes[1].flags) names.push_back(flag.name);
  EXPECT_EQ(names, (std::vector<std::string>{"--interactive", "--tty", "--rm", "--name", "--count", "--env",
                                             "--help"}));
  EXPECT_FALSE(nodes[1].flags[0].takes_value);
  EXPECT_TRUE(nodes[1].flags[3].takes_value);
  EXPECT_EQ(nodes[1].flags[4].letter, "-n");
}

TEST(CompletionNodes, SourcesOfValues) {
  EXPECT_EQ(completion_source({"a", "b"}, Completion::nothing), "a b");
  EXPECT_EQ(completion_source({}, Completion::directory), "@directory");
  EXPECT_EQ(completion_source({}, Completion::nothing), "-");
}

TEST(CompletionScripts, AreQuoted) { EXPECT_EQ(shell_quote("it's"), "'it'\\''s'"); }

TEST(CompletionScripts, HideWhatIsHidden) {
  for (const auto& script :
       {bash_completion(sample_table()), zsh_completion(sample_table()), fish_completion(sample_table())}) {
    EXPECT_THAT(script, testing::HasSubstr("image ls"));
    EXPECT_THAT(script, testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace corten::cli
