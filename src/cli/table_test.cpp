#include "cli/table.hpp"

#include <gtest/gtest.h>

#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

const Command* find(const std::vector<std::string>& words) { return sample_table().find(words); }

TEST(Table, FindsCommandsByPathAndAlias) {
  ASSERT_NE(find({"image", "ls"}), nullptr);
  EXPECT_EQ(find({"image", "ls"})->path, "image ls");
  EXPECT_EQ(find({"images"}), find({"image", "ls"}));
  EXPECT_EQ(find({}), &sample_table().root());
  EXPECT_EQ(find({"fail"})->path, "fail");  // hidden is not unreachable
}

TEST(Table, DoesNotFindWhatIsNotThere) {
  EXPECT_EQ(find({"ls"}), nullptr);
  EXPECT_EQ(find({""}), nullptr);
  EXPECT_EQ(find({"image ls"}), nullptr);
  EXPECT_EQ(find({"run", "ls"}), nullptr);
  EXPECT_EQ(find({"imag"}), nullptr);
}

TEST(Table, ListsChildrenByNameWithoutHiddenOnes) {
  std::vector<std::string_view> names;
  for (const auto& entry : sample_table().children(sample_table().root())) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"image", "images", "run", "tag"}));

  const auto below = sample_table().children(*find({"image"}));
  ASSERT_EQ(below.size(), 1U);
  EXPECT_EQ(below[0].name, "ls");
}

TEST(Table, SuggestsVerbs) {
  EXPECT_EQ(sample_table().nearest_child(sample_table().root(), "rnu"), "run");
  EXPECT_EQ(sample_table().nearest_child(*find({"image"}), "l"), "ls");
  EXPECT_EQ(sample_table().nearest_child(sample_table().root(), "fial"), std::nullopt);
}

}  // namespace
}  // namespace corten::cli
