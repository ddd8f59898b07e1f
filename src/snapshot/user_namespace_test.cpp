#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "snapshot/snapshotter_suite.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/id_map.hpp"
#include "sys/mount.hpp"
#include "sys/namespaces.hpp"
#include "sys/users.hpp"
#include "sys/xattr.hpp"

// The same without privilege on the host: as root of a user namespace, and as an ordinary user.
namespace corten::snapshot::test {
namespace {

enum class Ids { own_only, many };

// "" or "skip: why". `own_only` is what `unshare -r` gives.
std::string enter_user_namespace(Ids ids) {
  if (ids == Ids::own_only) {
    const auto user = sys::current_user();
    const auto write_map = [](const char* path, const std::string& text) {
      const auto file = sys::open(path, O_WRONLY);
      return file && sys::write_all(*file, as_bytes(text));
    };
    if (!sys::unshare(CLONE_NEWUSER | CLONE_NEWNS)) return "skip: no user namespaces";
    (void)write_map("/proc/self/setgroups", "deny");
    if (!write_map("/proc/self/uid_map", fmt::format("0 {} 1", user.uid))) return "no uid map";
    if (!write_map("/proc/self/gid_map", fmt::format("0 {} 1", user.gid))) return "no gid map";
  } else {
    const std::vector<sys::IdMapping> first_ids{{.inside = 0, .outside = 0, .count = 65536}};
    const auto space =
        sys::create_user_namespace({.uids = first_ids, .gids = first_ids}, sys::IdMapWriter::direct);
    if (!space) return "skip: " + space.error().message();
    CHILD_TRY(sys::setns(*space));
    CHILD_TRY(sys::unshare(CLONE_NEWNS));
  }
  return sys::test::error_of(sys::set_propagation("/", sys::Propagation::none, sys::Subtree::recursive));
}

LayerTar lower() {
  LayerTar tar;
  tar.add({.name = "shadow", .mode = 06750, .gid = 42, .size = 1, .xattrs = {{"trusted.note", "x"}}}, "s");
  tar.add({.name = "dev/null",
           .type = codec::TarType::char_device,
           .mode = 0666,
           .dev_major = 1,
           .dev_minor = 3});
  tar.directory("a").file("a/gone").directory("b").file("b/gone").file("owned", "", 06755);
  return tar;
}

std::string check_view(sys::BorrowedFd root, Ids ids) {
  if (ids == Ids::many) {
    VIEW_IS(root, "shadow", "file 6750 0:42 's'");
  } else {
    // The owner has no place here: the file is ours and gives nobody its rights.
    VIEW_IS(root, "shadow", "file 0750 0:0 's'");
  }
  VIEW_IS(root, "owned", "file 6755 0:0 ''");
  VIEW_IS(root, "dev/null", "file 0000 0:0 ''");
  VIEW_IS(root, "a/gone", "none");
  VIEW_IS(root, "b/gone", "none");
  VIEW_IS(root, "b/new", "file 0644 0:0 ''");
  return {};
}

std::string use_store(const sys::test::ScratchDir& scratch, Driver driver, Ids ids) {
  if (auto bad = enter_user_namespace(ids); !bad.empty()) return bad;
  auto snapshots = open_snapshotter(scratch.path("store"), driver);
  if (!snapshots && snapshots.error().kind() == Errc::unsupported)
    return "skip: " + snapshots.error().message();
  CHILD_TRY(snapshots);
  CHILD_TRY(add_layer(**snapshots, lower(), 1));
  CHILD_TRY(add_layer(
      **snapshots, LayerTar().whiteout("a/.wh.gone").directory("b").whiteout("b/.wh..wh..opq").file("b/new"),
      2, 1));
  const auto mount = (*snapshots)->prepare("box", digest_number(2), Access::read_write);
  CHILD_TRY(mount);
  const auto target = sys::open(scratch.path("mnt"), O_PATH | O_DIRECTORY);
  CHILD_TRY(target);
  CHILD_TRY(mount_rootfs(*mount, *target));
  const auto root = sys::open(scratch.path("mnt"), O_RDONLY | O_DIRECTORY);
  CHILD_TRY(root);
  if (auto bad = check_view(*root, ids); !bad.empty()) return bad;
  auto file = sys::openat(*root, "written", O_WRONLY | O_CREAT, 0600);
  CHILD_TRY(file);
  CHILD_TRY(sys::write_all(*file, as_bytes("w")));
  CHILD_CHECK(*(*snapshots)->measure_active("box") == 1);
  return {};
}

class UserNamespace : public testing::TestWithParam<std::tuple<Driver, Ids>> {};

TEST_P(UserNamespace, LayersAreUnpackedAndMounted) {
  const sys::test::ScratchDir scratch(sys::test::Where::memory);
  scratch.mkdir("mnt");
  const auto [driver, ids] = GetParam();
  EXPECT_CHILD_PASSES([&] { return use_store(scratch, driver, ids); });
}

INSTANTIATE_TEST_SUITE_P(Drivers, UserNamespace,
                         testing::Combine(testing::Values(Driver::overlay, Driver::copy),
                                          testing::Values(Ids::own_only, Ids::many)));

// Neither root nor a user namespace: layers are unpacked with our own owner, and can be removed again.
TEST(OrdinaryUser, UnpacksCopiesAndRemoves) {
  if (!sys::current_user().is_root()) GTEST_SKIP() << "needs root to become somebody else";
  const sys::test::ScratchDir scratch(sys::test::Where::memory);
  ASSERT_TRUE(sys::fchownat(scratch.fd(), ".", 1234, 1234));
  EXPECT_CHILD_PASSES([&]() -> std::string {
    if (::setgid(1234) != 0 || ::setuid(1234) != 0) return "skip: cannot become another user";
    const auto snapshots = open_snapshotter(scratch.path("store"), Driver::copy);
    CHILD_TRY(snapshots);
    LayerTar tar;
    tar.file("root", "r", 04000).directory("closed", 0).file("closed/x", "x", 0);
    const auto layer = add_layer(**snapshots, tar, 1);
    CHILD_TRY(layer);
    CHILD_CHECK(layer->foreign_owners == 3);
    CHILD_CHECK((*snapshots)->find(digest_number(1)).value()->foreign_owners == 3);
    CHILD_TRY((*snapshots)->prepare("box", digest_number(1), Access::read_write));
    VIEW_IS(scratch.fd(), "store/active/box/fs/root", "file 0400 1234:1234 'r'");
    VIEW_IS(scratch.fd(), "store/active/box/fs/closed", "dir 0700 1234:1234");
    VIEW_IS(scratch.fd(), "store/active/box/fs/closed/x", "file 0400 1234:1234 'x'");
    CHILD_TRY((*snapshots)->remove_active("box"));
    CHILD_TRY((*snapshots)->remove(digest_number(1)));
    return {};
  });
}

}  // namespace
}  // namespace corten::snapshot::test
