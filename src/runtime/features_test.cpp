#include "runtime/features.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runtime/init/mount/options.hpp"

namespace corten::runtime {
namespace {

using testing::Contains;

TEST(Features, ReadBackAsTheyWereWritten) {
  const auto made = features({.version = "0.1.0", .commit = "abc"});
  const auto read = oci::parse_features(to_json_text(oci::to_json(made)));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, made);
}

// An option that the helper does not know goes to the file system, which would refuse it; but these three are
// for all file systems (fsconfig(2)).
TEST(Features, EveryMountOptionIsKnownToTheHelper) {
  const auto made = features({});
  for (const auto& option : *made.mount_options) {
    if (option == "sync" || option == "dirsync" || option == "lazytime") continue;
    oci::Mount mount;
    mount.destination = "/x";
    mount.options = {option};
    EXPECT_TRUE(parse_mount_options(mount).data.empty()) << option;
  }
}

TEST(Features, Lists) {
  const auto made = features({});
  EXPECT_EQ(made.hooks->size(), 6U);
  EXPECT_THAT(*made.linux_part->namespaces, Contains("time"));
  EXPECT_THAT(*made.linux_part->capabilities, Contains("CAP_CHECKPOINT_RESTORE"));
  EXPECT_TRUE(std::ranges::is_sorted(*made.mount_options));
  EXPECT_EQ(std::ranges::adjacent_find(*made.mount_options), made.mount_options->end());
}

}  // namespace
}  // namespace corten::runtime
