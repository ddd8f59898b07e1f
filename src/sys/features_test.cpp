#include "sys/features.hpp"

#include <linux/capability.h>

#include <cerrno>
#include <chrono>
#include <set>

#include "sys/capability_names.hpp"
#include "sys/mountinfo.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

const Feature* find(const std::vector<Feature>& features, std::string_view name) {
  for (const auto& feature : features) {
    if (feature.name == name) return &feature;
  }
  return nullptr;
}

TEST(Features, AreAllListedOnceWithAPurpose) {
  const test::ScratchDir dir;
  const auto features = probe_features(dir.path());
  std::set<std::string> names;
  for (const auto& feature : features) {
    EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
    EXPECT_FALSE(feature.purpose.empty()) << feature.name;
    EXPECT_TRUE(feature.state != FeatureState::yes || feature.remedy.empty()) << feature.name;
  }
  for (const char* name : {"kernel",
                           "openat2",
                           "clone3",
                           "close_range",
                           "fsopen",
                           "open_tree",
                           "mount_setattr",
                           "copy_file_range",
                           "pidfd_open",
                           "memfd",
                           "seccomp",
                           "seccomp-notify",
                           "landlock",
                           "user-namespaces",
                           "overlay-rootless",
                           "idmapped-mounts",
                           "cgroup",
                           "cgroup2-controllers",
                           "newuidmap",
                           "newgidmap",
                           "fuse",
                           "tun",
                           "apparmor",
                           "selinux",
                           "capability-bounding-set",
                           "open-files-limit",
                           "reflink",
                           "user-xattr"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Features, LeaveNoTrace) {
  const test::ScratchDir dir;
  const auto mounts = list_mounts().value().size();
  const int fds = test::count_open_fds();
  (void)probe_features(dir.path());
  EXPECT_EQ(list_mounts().value().size(), mounts);
  EXPECT_EQ(test::count_open_fds(), fds);
}

// The caller's ids are mapped in the probe's user namespace: a namespace without a map says EOVERFLOW to
// whoever makes a file, which tells nothing about overlay.
TEST(Features, OverlayWithoutRootIsTriedAsAMappedUser) {
  const test::ScratchDir dir;
  const auto features = probe_features(dir.path());
  const auto* overlay = find(features, "overlay-rootless");
  ASSERT_NE(overlay, nullptr);
  EXPECT_NE(overlay->detail, errno_text(EOVERFLOW));
}

TEST(Features, CapabilitiesHaveTheirNames) {
  EXPECT_EQ(capability_name(0), "CAP_CHOWN");
  EXPECT_EQ(capability_name(CAP_SYS_RESOURCE), "CAP_SYS_RESOURCE");
  EXPECT_EQ(capability_name(CAP_CHECKPOINT_RESTORE), "CAP_CHECKPOINT_RESTORE");
  EXPECT_EQ(capability_name(63), "CAP_63");
}

TEST(Features, AMissingDirectoryIsUnknownNotAnError) {
  const auto features = probe_features("/no/such/directory");
  const auto* directory = find(features, "data-directory");
  ASSERT_NE(directory, nullptr);
  EXPECT_EQ(directory->state, FeatureState::unknown);
  EXPECT_NE(directory->detail.find("/no/such/directory"), std::string::npos);
}

}  // namespace
}  // namespace corten::sys
