#include "sys/mountinfo.hpp"

#include <gtest/gtest.h>

namespace corten::sys {
namespace {

TEST(MountInfo, ReadsTheManualsExample) {
  const auto mounts = parse_mountinfo(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:9 - ext3 /dev/root rw,errors=continue\n"
      "37 36 0:5 / / rw - proc proc rw");
  ASSERT_TRUE(mounts) << mounts.error().message();
  ASSERT_EQ(mounts->size(), 2U);
  const auto& first = mounts->front();
  EXPECT_EQ(first.mount_id, 36U);
  EXPECT_EQ(first.parent_id, 35U);
  EXPECT_EQ(first.device, (DeviceNumber{98, 0}));
  EXPECT_EQ(first.root, "/mnt1");
  EXPECT_EQ(first.target, "/mnt2");
  EXPECT_EQ(first.options, "rw,noatime");
  EXPECT_EQ(first.propagation, (std::vector<std::string>{"master:1", "shared:9"}));
  EXPECT_EQ(first.type, "ext3");
  EXPECT_EQ(first.source, "/dev/root");
  EXPECT_EQ(first.super_options, "rw,errors=continue");
  EXPECT_TRUE(mounts->back().propagation.empty());
}

TEST(MountInfo, UndoesEscapes) {
  const auto mounts =
      parse_mountinfo("1 1 0:1 / /a\\040b\\011c\\012d\\134e\\043\\9\\04 rw - t s\\040t rw").value();
  EXPECT_EQ(mounts.at(0).target, "/a b\tc\nd\\e#\\9\\04");
  EXPECT_EQ(mounts.at(0).source, "s t");
}

TEST(MountInfo, TakesAnEmptySource) {
  EXPECT_EQ(parse_mountinfo("1 1 0:1 / / rw - tmpfs  rw\n").value().at(0).source, "");
}

TEST(MountInfo, NamesTheBadLine) {
  EXPECT_TRUE(parse_mountinfo("").value().empty());
  for (const char* bad : {"x", "1 1 0:1 / / rw", "1 1 0:1 / / rw - t s", "a 1 0:1 / / rw - t s o",
                          "1 1 01 / / rw - t s o", "1 1 0:x / / rw - t s o", "1 -1 0:1 / / rw - t s o"}) {
    const auto mounts = parse_mountinfo(std::string("1 1 0:1 / / rw - t s o\n") + bad + "\n");
    ASSERT_FALSE(mounts) << bad;
    EXPECT_TRUE(mounts.error().message().starts_with("mountinfo: line 2: ")) << mounts.error().message();
  }
}

TEST(MountInfo, ListsOurOwnMounts) {
  const auto mounts = list_mounts();
  ASSERT_TRUE(mounts) << mounts.error().message();
  bool found = false;
  for (const auto& mount : *mounts) found = found || mount.target == "/proc";
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace corten::sys
