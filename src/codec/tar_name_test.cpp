#include "codec/tar_name.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corten::codec {
namespace {

TEST(TarName, ParentsStandDirectlyBeforeTheirChildren) {
  std::vector<std::string> names{"b", "a-b", "a/c", "a", "a/b/c", "a.d", "a/b", "\xff", "A"};
  std::ranges::sort(names, TarNameLess{});
  EXPECT_EQ(names, (std::vector<std::string>{"A", "a", "a/b", "a/b/c", "a/c", "a-b", "a.d", "b", "\xff"}));
}

TEST(TarName, TheSamePathIsEquivalent) {
  for (const auto* name : {"a/b", "./a/b", "a/b/", "/a//b", "a/./b/."}) {
    EXPECT_EQ(compare_tar_names(name, "a/b"), std::weak_ordering::equivalent) << name;
  }
  EXPECT_EQ(compare_tar_names("", "./"), std::weak_ordering::equivalent);
  EXPECT_TRUE(compare_tar_names("./", "a") < 0);
  EXPECT_TRUE(compare_tar_names("a/../b", "b") != 0) << "'..' cannot be resolved without a file system";
}

TEST(TarName, TellsWhatIsUnusual) {
  EXPECT_TRUE(inspect_tar_name("/etc").absolute);
  EXPECT_TRUE(inspect_tar_name("a/..").has_dot_dot);
  EXPECT_TRUE(inspect_tar_name("../a").has_dot_dot);
  EXPECT_TRUE(inspect_tar_name("a/" + std::string(256, 'x')).has_long_component);
  EXPECT_TRUE(inspect_tar_name("a\x1b").has_control);
  const auto plain = inspect_tar_name("usr/a..b/" + std::string(255, 'x') + "/\xc3\xa4");
  EXPECT_FALSE(plain.absolute || plain.has_dot_dot || plain.has_long_component || plain.has_control);
}

}  // namespace
}  // namespace corten::codec
