#include "snapshot/open.hpp"

#include <sched.h>
#include <sys/syscall.h>

#include <gmock/gmock.h>

#include "sys/file_status.hpp"
#include "sys/test_support.hpp"

namespace corten::snapshot {
namespace {

using testing::HasSubstr;

TEST(Driver, NamesReadBack) {
  for (const auto driver : {Driver::overlay, Driver::copy}) {
    EXPECT_EQ(*parse_driver(to_string(driver)), driver);
  }
  EXPECT_THAT(parse_driver("btrfs").error().message(), HasSubstr("'btrfs'"));
}

TEST(OpenSnapshotter, ANewStoreGetsADriverAndKeepsIt) {
  const sys::test::ScratchDir scratch;
  const auto first = open_snapshotter(scratch.path("a/b/store"));
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ((*open_snapshotter(scratch.path("a/b/store")))->driver(), (*first)->driver());
}

TEST(OpenSnapshotter, CopiesWhereOverlayCannotBeMounted) {
  const sys::test::ScratchDir scratch;
  EXPECT_CHILD_PASSES([&]() -> std::string {
    if (auto bad = sys::test::deny_system_calls({SYS_mount, SYS_unshare}, EPERM); !bad.empty()) return bad;
    const auto snapshots = open_snapshotter(scratch.path("store"));
    CHILD_TRY(snapshots);
    CHILD_CHECK((*snapshots)->driver() == "copy");
    const auto wanted = open_snapshotter(scratch.path("other"), Driver::overlay);
    CHILD_CHECK(!wanted && wanted.error().kind() == Errc::unsupported);
    CHILD_CHECK(!scratch.has("other/snapshots.json"));
    return {};
  });
  // The choice is the store's from then on.
  EXPECT_EQ((*open_snapshotter(scratch.path("store")))->driver(), "copy");
}

TEST(OpenSnapshotter, RefusesAFormatOfTheFuture) {
  const sys::test::ScratchDir scratch;
  scratch.mkdir("store");
  scratch.write("store/snapshots.json", R"({"format": 2, "driver": "overlay"})");
  const auto opened = open_snapshotter(scratch.path("store"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), Errc::unsupported);
  scratch.write("store/snapshots.json", "{");
  EXPECT_THAT(open_snapshotter(scratch.path("store")).error().message(), HasSubstr("snapshots.json"));
}

}  // namespace
}  // namespace corten::snapshot
