#include "snapshot/snapshotter_suite.hpp"

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"

namespace corten::snapshot::test {

void SnapshotterSuite::SetUp() {
  auto opened = open_snapshotter(store(), GetParam());
  if (!opened && opened.error().kind() == Errc::unsupported) GTEST_SKIP() << opened.error().message();
  ASSERT_TRUE(opened) << opened.error().message();
  snapshots_ = std::move(*opened);
}

LayerInfo SnapshotterSuite::add(const LayerTar& tar, std::uint64_t number,
                                std::optional<std::uint64_t> parent) {
  auto info = add_layer(snapshots(), tar, number, parent);
  EXPECT_TRUE(info) << info.error().message();
  return info ? *info : LayerInfo{};
}

std::string SnapshotterSuite::refusal(const LayerTar& tar) {
  const auto info = add_layer(snapshots(), tar, 999'999);
  return info ? "" : info.error().message();
}

void SnapshotterSuite::expect_view(std::uint64_t top, const Look& look, Access access) {
  const auto key = "view-" + std::to_string(++views_);
  const auto mount = snapshots().prepare(key, digest_number(top), access);
  ASSERT_TRUE(mount) << mount.error().message();
  scratch().mkdir("mnt");
  EXPECT_CHILD_PASSES([&]() -> std::string {
    if (auto bad = sys::test::enter_private_mounts(); !bad.empty()) return bad;
    const auto target = sys::open(scratch().path("mnt"), O_PATH | O_DIRECTORY);
    CHILD_TRY(target);
    CHILD_TRY(mount_rootfs(*mount, *target));
    const auto root = sys::open(scratch().path("mnt"), O_RDONLY | O_DIRECTORY);
    CHILD_TRY(root);
    return look(*root);
  });
  EXPECT_TRUE(snapshots().remove_active(key));
}

std::string describe(sys::BorrowedFd root, const std::string& path) {
  const auto place = sys::open_parent_in_root(root, path, sys::MissingParents::fail);
  if (!place) return place.error().kind() == Errc::not_found ? "none" : place.error().message();
  const auto status = sys::find_status(place->parent, place->name);
  if (!status) return status.error().message();
  if (!*status) return "none";
  const auto owner = fmt::format("{:04o} {}:{}", (*status)->permissions, (*status)->uid, (*status)->gid);
  switch ((*status)->type) {
    case sys::FileType::regular: {
      const auto text = sys::read_file(place->parent, place->name, std::size_t{1} << 20U);
      return text ? fmt::format("file {} '{}'", owner, *text) : text.error().message();
    }
    case sys::FileType::directory:
      return "dir " + owner;
    case sys::FileType::symlink:
      return "link -> " + sys::readlinkat(place->parent, place->name).value();
    case sys::FileType::fifo:
      return "fifo " + owner;
    case sys::FileType::character_device:
    case sys::FileType::block_device:
      return fmt::format("device {}:{} {}", (*status)->special_device.major_number,
                         (*status)->special_device.minor_number, owner);
    default:
      return "other";
  }
}

}  // namespace corten::snapshot::test
