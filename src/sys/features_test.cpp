#include "sys/features.hpp"

#include <chrono>
#include <set>

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

TEST(Features, AreProbedQuickly) {
  const test::ScratchDir dir;
  const auto start = std::chrono::steady_clock::now();
  (void)probe_features(dir.path());
  // A tenth of a second is the aim; sanitizers and busy machines get more.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
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
