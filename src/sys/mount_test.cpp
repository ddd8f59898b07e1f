#include "sys/mount.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sys/detached_mount.hpp"
#include "sys/file.hpp"
#include "sys/id_map.hpp"
#include "sys/mountinfo.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

// All of these run in a child with a mount namespace of its own.
struct Way {
  const char* name;
  Kernel kernel;
};
constexpr Way kWays[] = {{"detached", {}}, {"legacy", {.mount_api = false, .mount_setattr = false}}};

class Mounts : public testing::TestWithParam<Way> {
 protected:
  const Kernel& kernel() const { return GetParam().kernel; }
};

Result<MountInfo> mount_on(const std::string& target) {
  auto mounts = TRY(list_mounts());
  for (auto& mount : mounts) {
    if (mount.target == target) return std::move(mount);
  }
  return fail(Errc::not_found, "no mount on '{}'", target);
}

UniqueFd path_of(const ScratchDir& dir, PathArg name) { return openat(dir.fd(), name, O_PATH).value(); }

TEST_P(Mounts, MountAFileSystemWithOptions) {
  EXPECT_CHILD_PASSES([this] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("with space");
    CHILD_TRY(mount_filesystem(path_of(dir, "with space"),
                               {.type = "tmpfs",
                                .source = "a-source",
                                .options = {{"size", "64k"}, {"mode", "0711"}},
                                .attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC},
                               kernel()));
    const MountPoint cleanup(dir.path("with space"));
    const auto info = mount_on(dir.path("with space"));
    CHILD_TRY(info);
    CHILD_CHECK(info->type == "tmpfs" && info->source == "a-source");
    CHILD_CHECK(info->options.find("nosuid,nodev,noexec") != std::string::npos);
    CHILD_CHECK(info->super_options.find("size=64k") != std::string::npos);
    CHILD_CHECK(fstatat(dir.fd(), "with space").value().permissions == 0711);
    return std::string();
  });
}

TEST_P(Mounts, BindReadOnlyWithoutTouchingTheSource) {
  EXPECT_CHILD_PASSES([this] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("from");
    dir.mkdir("to");
    dir.write("from/f", "text");
    CHILD_TRY(
        bind_mount(path_of(dir, "from"), path_of(dir, "to"), {.attributes = MOUNT_ATTR_RDONLY}, kernel()));
    const MountPoint cleanup(dir.path("to"));
    CHILD_CHECK(dir.read("to/f") == "text");
    const auto refused = openat(dir.fd(), "to/f", O_WRONLY);
    CHILD_CHECK(!refused && refused.error().errnum() == EROFS);
    CHILD_TRY(openat(dir.fd(), "from/f", O_WRONLY));
    return std::string();
  });
}

TEST_P(Mounts, BindFilesAndWholeTrees) {
  EXPECT_CHILD_PASSES([this] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("from/sub");
    dir.mkdir("to");
    dir.write("file", "bound");
    dir.write("target", "");
    CHILD_TRY(bind_mount(path_of(dir, "file"), path_of(dir, "target"), {}, kernel()));
    CHILD_CHECK(dir.read("target") == "bound");
    CHILD_TRY(mount_filesystem(path_of(dir, "from/sub"), {.type = "tmpfs"}, kernel()));
    dir.write("from/sub/inner", "inner");
    CHILD_TRY(
        bind_mount(path_of(dir, "from"), path_of(dir, "to"), {.subtree = Subtree::recursive}, kernel()));
    CHILD_CHECK(dir.read("to/sub/inner") == "inner");
    CHILD_TRY(unmount(dir.path("target")));
    CHILD_CHECK(dir.read("target").empty());
    for (const char* name : {"to", "from/sub"}) CHILD_TRY(unmount(dir.path(name), MNT_DETACH));
    return std::string();
  });
}

TEST_P(Mounts, OverlayTakesLongListsOfLayers) {
  EXPECT_CHILD_PASSES([this] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("base");
    CHILD_TRY(mount_filesystem(path_of(dir, "base"), {.type = "tmpfs"}, kernel()));
    const MountPoint cleanup(dir.path("base"));
    std::string lower;
    for (int i = 0; i < 20; ++i) {
      dir.mkdir(fmt::format("base/l{}", i));
      dir.write(fmt::format("base/l{}/file{}", i, i), "x");
      lower += (i == 0 ? "" : ":") + dir.path(fmt::format("base/l{}", i));
    }
    dir.mkdir("base/merged");
    const auto mounted = mount_filesystem(path_of(dir, "base/merged"),
                                          {.type = "overlay", .options = {{"lowerdir", lower}}}, kernel());
    if (!mounted && mounted.error().errnum() == ENODEV) return std::string("skip: no overlay in this kernel");
    CHILD_TRY(mounted);
    CHILD_CHECK(lower.size() > 256);
    CHILD_CHECK(dir.has("base/merged/file0") && dir.has("base/merged/file19"));
    return std::string();
  });
}

TEST_P(Mounts, FailuresNameTheTypeAndTheOption) {
  EXPECT_CHILD_PASSES([this] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("d");
    const auto unknown = mount_filesystem(path_of(dir, "d"), {.type = "nosuchfs"}, kernel());
    CHILD_CHECK(!unknown && unknown.error().errnum() == ENODEV);
    CHILD_CHECK(unknown.error().message().find("'nosuchfs'") != std::string::npos);
    const auto option =
        mount_filesystem(path_of(dir, "d"), {.type = "tmpfs", .options = {{"nonsense", "1"}}}, kernel());
    CHILD_CHECK(!option && option.error().errnum() == EINVAL);
    if (kernel().mount_api) CHILD_CHECK(option.error().message().find("'nonsense'") != std::string::npos);
    const auto comma =
        mount_filesystem(path_of(dir, "d"), {.type = "tmpfs", .options = {{"size", "1k,mode=7"}}}, kernel());
    CHILD_CHECK(!comma);
    return std::string();
  });
}

INSTANTIATE_TEST_SUITE_P(EachWay, Mounts, testing::ValuesIn(kWays),
                         [](const auto& way) { return way.param.name; });

TEST(DetachedMount, IsGoneWhenDroppedAndStaysWhenAttached) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("d");
    const auto before = list_mounts().value().size();
    {
      auto dropped = DetachedMount::create({.type = "tmpfs"});
      if (!dropped && dropped.error().kind() == Errc::unsupported) return std::string("skip: no fsopen");
      CHILD_TRY(dropped);
      // Reachable before it is attached anywhere.
      CHILD_TRY(mkdirat(dropped->fd(), "inside", 0755));
    }
    CHILD_CHECK(list_mounts().value().size() == before);
    auto kept = DetachedMount::create({.type = "tmpfs"}).value();
    CHILD_TRY(kept.set_attributes({.set = MOUNT_ATTR_RDONLY, .propagation = Propagation::none}));
    CHILD_TRY(std::move(kept).attach(path_of(dir, "d")));
    CHILD_CHECK(list_mounts().value().size() == before + 1);
    CHILD_CHECK(mkdirat(dir.fd(), "d/x", 0755).error().errnum() == EROFS);
    CHILD_TRY(MountPoint(dir.path("d")).unmount());
    CHILD_CHECK(list_mounts().value().size() == before);
    return std::string();
  });
}

TEST(DetachedMount, RefusesValuesThatFsconfigWouldNotTake) {
  const std::string value(256, 'v');
  EXPECT_EQ(DetachedMount::create({.type = "tmpfs", .options = {{"size", value}}}).error().kind(),
            Errc::invalid_argument);
  EXPECT_TRUE(fits_fsconfig({.type = "tmpfs", .options = {{"size", value.substr(1)}, {"ro"}}}));
}

TEST(DetachedMount, ShowsOwnersThroughAUserNamespace) {
  if (::geteuid() != 0) GTEST_SKIP() << "idmapped mounts of a host file system need root";
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("from");
    dir.write("from/f", "");
    CHILD_TRY(fchownat(dir.fd(), "from/f", 5, 6));
    const auto space = create_user_namespace({.uids = {{0, 100000, 100}}, .gids = {{0, 200000, 100}}});
    CHILD_TRY(space);
    auto mount = DetachedMount::clone(path_of(dir, "from"), Subtree::only_this);
    CHILD_TRY(mount);
    const auto mapped = mount->set_attributes({.user_namespace = *space});
    if (!mapped) return "skip: " + mapped.error().message();
    const auto status = fstatat(mount->fd(), "f").value();
    CHILD_CHECK(status.uid == 100005 && status.gid == 200006);
    return std::string();
  });
}

TEST(BindMount, RecursiveAttributesNeedTheNewCall) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("from/sub");
    dir.mkdir("to");
    const BindRequest request{
        .subtree = Subtree::recursive, .attributes = MOUNT_ATTR_RDONLY, .attributes_on = Subtree::recursive};
    const auto refused =
        bind_mount(path_of(dir, "from"), path_of(dir, "to"), request, {.mount_setattr = false});
    CHILD_CHECK(!refused && refused.error().kind() == Errc::unsupported);
    CHILD_TRY(mount_filesystem(path_of(dir, "from/sub"), {.type = "tmpfs"}));
    CHILD_TRY(bind_mount(path_of(dir, "from"), path_of(dir, "to"), request));
    CHILD_CHECK(mkdirat(dir.fd(), "to/sub/x", 0755).error().errnum() == EROFS);
    for (const char* name : {"to", "from/sub"}) CHILD_TRY(unmount(dir.path(name), MNT_DETACH));
    return std::string();
  });
}

TEST(Mount, GoesOntoTheDescriptorEvenIfTheNameIsSwapped) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("root/target");
    dir.mkdir("victim");
    const auto target = resolve_in_root(path_of(dir, "root"), "target").value();
    CHILD_TRY(renameat(dir.fd(), "root/target", dir.fd(), "root/moved"));
    CHILD_TRY(symlinkat("../victim", dir.fd(), "root/target"));
    CHILD_TRY(mount_filesystem(target, {.type = "tmpfs"}));
    const MountPoint cleanup(dir.path("root/moved"));
    CHILD_TRY(mount_on(dir.path("root/moved")));
    CHILD_CHECK(!mount_on(dir.path("victim")));
    return std::string();
  });
}

TEST(EnterRoot, LeavesNothingOfTheOldRoot) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("new");
    CHILD_TRY(mount_filesystem(path_of(dir, "new"), {.type = "tmpfs"}));
    dir.write("new/mark", "new root");
    CHILD_TRY(enter_root(openat(dir.fd(), "new", O_RDONLY | O_DIRECTORY).value()));
    CHILD_CHECK(read_file(BorrowedFd::cwd(), "/mark", 100).value_or("") == "new root");
    CHILD_CHECK(!open("/etc", O_PATH));
    CHILD_CHECK(!open("../../etc", O_PATH));
    return std::string();
  });
}

TEST(Propagation, CanBeSetAndIsListed) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("d");
    CHILD_TRY(mount_filesystem(path_of(dir, "d"), {.type = "tmpfs"}));
    const MountPoint cleanup(dir.path("d"));
    CHILD_TRY(set_propagation(dir.path("d"), Propagation::shared, Subtree::only_this));
    CHILD_CHECK(mount_on(dir.path("d")).value().propagation.at(0).starts_with("shared:"));
    CHILD_TRY(set_propagation(dir.path("d"), Propagation::none, Subtree::recursive));
    CHILD_CHECK(mount_on(dir.path("d")).value().propagation.empty());
    CHILD_CHECK(!set_propagation(dir.path("none"), Propagation::slave, Subtree::only_this));
    return std::string();
  });
}

}  // namespace
}  // namespace corten::sys
