#include "runtime/init/mount/options.hpp"

#include <sys/mount.h>

#include <gtest/gtest.h>

namespace corten::runtime {
namespace {

MountOptions parse(std::vector<std::string> words, std::string type = "") {
  oci::Mount mount;
  mount.type = std::move(type);
  mount.options = std::move(words);
  return parse_mount_options(mount);
}

TEST(MountOptions, LaterWordsTakeEarlierOnesBack) {
  const auto options = parse({"ro", "nosuid", "rw", "bind"});
  EXPECT_EQ(options.set, std::uint64_t{MOUNT_ATTR_NOSUID});
  EXPECT_EQ(options.clear, std::uint64_t{MOUNT_ATTR_RDONLY});
  EXPECT_EQ(options.bind, BindKind::only_this);
}

TEST(MountOptions, RecursiveWordsAreKeptApart) {
  const auto options = parse({"rbind", "rro", "rnosuid", "rexec"});
  EXPECT_EQ(options.bind, BindKind::recursive);
  EXPECT_EQ(options.set, 0U);
  EXPECT_EQ(options.recursive_set, std::uint64_t{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID});
  EXPECT_EQ(options.recursive_clear, std::uint64_t{MOUNT_ATTR_NOEXEC});
  EXPECT_TRUE(options.data.empty());
}

TEST(MountOptions, RelatimeAndRrelatimeAreTwoWords) {
  EXPECT_EQ(parse({"relatime"}).recursive_clear, 0U);
  EXPECT_NE(parse({"rrelatime"}).recursive_clear, 0U);
  EXPECT_EQ(parse({"noatime", "strictatime"}).set, std::uint64_t{MOUNT_ATTR_STRICTATIME});
}

TEST(MountOptions, WhatNobodyKnowsIsForTheFileSystem) {
  const auto options = parse({"size=64k", "mode=1777", "newinstance", "defaults"});
  ASSERT_EQ(options.data.size(), 3U);
  EXPECT_EQ(options.data[0].key, "size");
  EXPECT_EQ(options.data[0].value, "64k");
  EXPECT_EQ(options.data[2].key, "newinstance");
  EXPECT_FALSE(options.data[2].value);
}

TEST(MountOptions, PropagationInTheOrderGiven) {
  const auto options = parse({"rslave", "shared"});
  ASSERT_EQ(options.propagation.size(), 2U);
  EXPECT_EQ(options.propagation[0].first, sys::Propagation::slave);
  EXPECT_EQ(options.propagation[0].second, sys::Subtree::recursive);
  EXPECT_EQ(options.propagation[1].first, sys::Propagation::shared);
}

TEST(MountOptions, TheTypeBindIsEnough) {
  EXPECT_TRUE(parse({}, "bind").is_bind());
  EXPECT_EQ(parse({"rbind", "bind"}, "none").bind, BindKind::recursive);
  EXPECT_FALSE(parse({"tmpcopyup"}, "tmpfs").is_bind());
  EXPECT_TRUE(parse({"tmpcopyup"}, "tmpfs").copy_up);
}

TEST(MountOptions, MappingsAskForMappedOwners) {
  oci::Mount mount;
  mount.options = {"bind"};
  mount.uid_mappings.push_back({.container_id = 0, .host_id = 1000, .size = 1});
  EXPECT_EQ(parse_mount_options(mount).id_mapped, IdMapped::only_this);
  EXPECT_EQ(parse({"bind", "ridmap"}).id_mapped, IdMapped::recursive);
}

}  // namespace
}  // namespace corten::runtime
