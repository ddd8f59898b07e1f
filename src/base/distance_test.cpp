#include "base/distance.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace corten {
namespace {

TEST(Distance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("pull", "pull"), 0U);
  EXPECT_EQ(edit_distance("pull", "push"), 2U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("iamges", "images"), 1U);  // a swap is one
}

TEST(Distance, NearestNeedsToBeNear) {
  const std::vector<std::string> verbs = {"pull", "push", "images", "inspect"};
  EXPECT_EQ(find_nearest("iamges", verbs), "images");
  EXPECT_EQ(find_nearest("pul", verbs), "pull");
  EXPECT_EQ(find_nearest("insp", verbs), "inspect");
  EXPECT_EQ(find_nearest("frobnicate", verbs), std::nullopt);
  EXPECT_EQ(find_nearest("", verbs), std::nullopt);
}

TEST(Distance, VeryLongNamesAreFar) { EXPECT_GT(edit_distance(std::string(1000, 'a'), "a"), 1000U); }

}  // namespace
}  // namespace corten
