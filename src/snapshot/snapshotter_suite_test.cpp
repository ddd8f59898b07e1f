#include "snapshot/snapshotter_suite.hpp"

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/openat2.hpp"
#include "sys/xattr.hpp"

// What merged views show.
namespace corten::snapshot::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Drivers, SnapshotterSuite, testing::Values(Driver::overlay, Driver::copy),
                         [](const auto& driver) { return std::string(to_string(driver.param)); });

sys::FileStatus status_of(sys::BorrowedFd root, const std::string& path) {
  return sys::fstatat(root, path).value();
}

TEST_P(SnapshotterSuite, LayersAreStacked) {
  add(LayerTar().directory("etc", 0750).file("etc/one", "1").file("etc/two", "2").symlink("two", "etc/two"),
      1);
  const auto info =
      add(LayerTar().directory("etc").file("etc/two", "22", 0600).file("./etc/three", "3"), 2, 1);
  EXPECT_EQ(info.size_bytes, 3U);
  EXPECT_EQ(info.entries, 3U);
  expect_view(2, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "etc", "dir 0755 0:0");
    VIEW_IS(root, "etc/one", "file 0644 0:0 '1'");
    VIEW_IS(root, "etc/two", "file 0600 0:0 '22'");
    VIEW_IS(root, "etc/three", "file 0644 0:0 '3'");
    VIEW_IS(root, "two", "link -> etc/two");
    return {};
  });
}

LayerTar layer_with_something_to_hide() {
  LayerTar tar;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    tar.directory(name).file(std::string(name) + "/gone", "x").file(std::string(name) + "/old", "old");
  }
  return tar;
}

std::string only_new_is_left(sys::BorrowedFd root) {
  VIEW_IS(root, "a/gone", "none");
  VIEW_IS(root, "a/old", "file 0644 0:0 'new'");
  for (const char* directory : {"b", "c", "d"}) {
    VIEW_IS(root, std::string(directory) + "/gone", "none");
    VIEW_IS(root, std::string(directory) + "/old", "none");
    VIEW_IS(root, std::string(directory) + "/new", "file 0644 0:0 'n'");
  }
  VIEW_IS(root, "e", "file 0644 0:0 'e'");
  return {};
}

// image-spec layer.md: a whiteout says nothing of its own layer, whatever the order in the tar.
TEST_P(SnapshotterSuite, WhiteoutsBeforeTheEntriesHideLowerLayersOnly) {
  add(layer_with_something_to_hide(), 1);
  add(LayerTar()
          .whiteout("a/.wh.gone")
          .whiteout("a/.wh.old")
          .file("a/old", "new")
          .whiteout("b/.wh..wh..opq")
          .file("b/new", "n")
          .whiteout(".wh.c")
          .file("c/new", "n")
          .whiteout(".wh.d")
          .directory("d")
          .file("d/new", "n")
          .whiteout(".wh.e")
          .file("e", "e"),
      2, 1);
  expect_view(2, only_new_is_left);
}

TEST_P(SnapshotterSuite, WhiteoutsBehindTheEntriesHideLowerLayersOnly) {
  add(layer_with_something_to_hide(), 1);
  add(LayerTar()
          .file("a/old", "new")
          .whiteout("a/.wh.gone")
          .whiteout("a/.wh.old")
          .file("b/new", "n")
          .whiteout("b/.wh..wh..opq")
          .file("c/new", "n")
          .whiteout(".wh.c")
          .directory("d")
          .file("d/new", "n")
          .whiteout(".wh.d")
          .file("e", "e")
          .whiteout(".wh.e"),
      2, 1);
  expect_view(2, only_new_is_left);
}

TEST_P(SnapshotterSuite, WhatWasHiddenComesBackWithAHigherLayer) {
  add(LayerTar().directory("a").file("a/x", "1"), 1);
  add(LayerTar().whiteout(".wh.a"), 2, 1);
  add(LayerTar().directory("a", 0700).file("a/y", "3"), 3, 2);
  expect_view(3, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "a", "dir 0700 0:0");
    VIEW_IS(root, "a/x", "none");
    VIEW_IS(root, "a/y", "file 0644 0:0 '3'");
    return {};
  });
}

TEST_P(SnapshotterSuite, AnOpaqueRootHidesAllLowerLayers) {
  add(LayerTar().file("one", "1"), 1);
  add(LayerTar().file("two", "2").whiteout(".wh..wh..opq"), 2, 1);
  add(LayerTar().file("three", "3"), 3, 2);
  expect_view(3, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "one", "none");
    VIEW_IS(root, "two", "file 0644 0:0 '2'");
    VIEW_IS(root, "three", "file 0644 0:0 '3'");
    return {};
  });
}

TEST_P(SnapshotterSuite, WhiteoutsOfWhatIsNotThereAreNotSeen) {
  add(LayerTar().whiteout(".wh.nothing").whiteout("d/.wh.nothing").whiteout("d/.wh..wh.plnk").file("f"), 1);
  for (const auto access : {Access::read_only, Access::read_write}) {
    expect_view(
        1,
        [](sys::BorrowedFd root) -> std::string {
          VIEW_IS(root, "nothing", "none");
          VIEW_IS(root, ".wh.nothing", "none");
          VIEW_IS(root, "d/nothing", "none");
          VIEW_IS(root, "d/.wh..wh.plnk", "none");
          VIEW_IS(root, "f", "file 0644 0:0 ''");
          return {};
        },
        access);
  }
}

TEST_P(SnapshotterSuite, AnEntryReplacesOneOfAnotherType) {
  add(LayerTar().directory("a").file("a/x", "1").file("b", "1").symlink("c", "a").directory("d"), 1);
  add(LayerTar()
          .file("a", "2")
          .directory("b")
          .file("b/x", "2")
          .directory("c")
          .file("c/x", "2")
          .symlink("d", "b"),
      2, 1);
  const auto look = [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "a", "file 0644 0:0 '2'");
    VIEW_IS(root, "b/x", "file 0644 0:0 '2'");
    VIEW_IS(root, "c", "dir 0755 0:0");
    VIEW_IS(root, "c/x", "file 0644 0:0 '2'");
    VIEW_IS(root, "d", "link -> b");
    return {};
  };
  expect_view(2, look);
  // The same within one layer.
  add(LayerTar()
          .directory("a")
          .file("a/x", "1")
          .file("b", "1")
          .symlink("c", "a")
          .directory("d")
          .file("a", "2")
          .directory("b")
          .file("b/x", "2")
          .directory("c")
          .file("c/x", "2")
          .symlink("d", "b"),
      3);
  expect_view(3, look);
}

TEST_P(SnapshotterSuite, ParentsThatATarLeavesOutAreThoseOfTheLayerBelow) {
  LayerTar base;
  base.add({.name = "var/", .type = codec::TarType::directory, .mode = 0751, .uid = 3, .gid = 4});
  base.add({.name = "var/tmp/",
            .type = codec::TarType::directory,
            .mode = 01777,
            .mtime = {.seconds = 1'234'567'890},
            .xattrs = {{"user.kept", "yes"}}});
  base.directory("old", 0700).file("old/x");
  base.directory("./", 0711);
  add(base, 1);
  add(LayerTar().file("other"), 2, 1);
  add(LayerTar().file("var/tmp/deep/x", "x").file("fresh/y").whiteout(".wh.old").file("old/z"), 3, 2);
  expect_view(3, [](sys::BorrowedFd root) -> std::string {
    CHILD_CHECK(sys::fstat(root)->permissions == 0711);
    VIEW_IS(root, "var", "dir 0751 3:4");
    VIEW_IS(root, "var/tmp", "dir 1777 0:0");
    CHILD_CHECK(status_of(root, "var/tmp").modified.seconds == 1'234'567'890);
    CHILD_CHECK(sys::find_xattr(root, "var/tmp", "user.kept").value() == "yes");
    VIEW_IS(root, "var/tmp/deep", "dir 0755 0:0");
    VIEW_IS(root, "fresh", "dir 0755 0:0");
    VIEW_IS(root, "old", "dir 0755 0:0");
    return {};
  });
}

TEST_P(SnapshotterSuite, HardLinksWithinALayerAreOneFile) {
  const auto info = add(LayerTar()
                            .file("a", "content")
                            .symlink("s", "a")
                            .hard_link("b", "a")
                            .hard_link("d/c", "/b")
                            .hard_link("t", "s"),
                        1);
  EXPECT_EQ(info.size_bytes, 7U);
  expect_view(1, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "d/c", "file 0644 0:0 'content'");
    CHILD_CHECK(status_of(root, "a").link_count == 3);
    VIEW_IS(root, "t", "link -> a");
    return {};
  });
}

TEST_P(SnapshotterSuite, HardLinksReachFilesOfLowerLayers) {
  LayerTar base;
  base.add({.name = "bin/tool", .mode = 04711, .uid = 0, .gid = 5, .size = 4, .mtime = {.seconds = 77}},
           "tool");
  base.symlink("bin/alias", "tool").file("bin/hidden", "h");
  add(base, 1);
  add(LayerTar().whiteout("bin/.wh.hidden"), 2, 1);
  add(LayerTar()
          .hard_link("usr/tool", "bin/tool")
          .hard_link("usr/again", "usr/tool")
          .hard_link("usr/alias", "bin/alias"),
      3, 2);
  expect_view(3, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "usr/tool", "file 4711 0:5 'tool'");
    CHILD_CHECK(status_of(root, "usr/tool").modified.seconds == 77);
    CHILD_CHECK(status_of(root, "usr/again").same_file(status_of(root, "usr/tool")));
    VIEW_IS(root, "usr/alias", "link -> tool");
    return {};
  });
  const auto hidden = add_layer(snapshots(), LayerTar().hard_link("x", "bin/hidden"), 4, 2);
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().kind(), Errc::invalid_argument);
  EXPECT_NE(hidden.error().message().find("'bin/hidden'"), std::string::npos) << hidden.error().message();
}

TEST_P(SnapshotterSuite, AttributesAreKept) {
  LayerTar tar;
  tar.add({.name = "d/",
           .type = codec::TarType::directory,
           .mode = 02770,
           .uid = 12,
           .gid = 34,
           .mtime = {.seconds = 5, .nanoseconds = 6}});
  tar.add({.name = "d/f", .mode = 06755, .uid = 7, .gid = 8, .mtime = {.seconds = -9, .nanoseconds = 1}});
  tar.file("d/plain", "p", 0666);
  tar.directory("d/sub", 0755);
  tar.add({.name = "s",
           .type = codec::TarType::symlink,
           .link_target = "/x",
           .uid = 9,
           .gid = 9,
           .mtime = {.seconds = 11}});
  tar.add({.name = "fifo", .type = codec::TarType::fifo, .mode = 0622, .gid = 2});
  add(tar, 1);
  expect_view(1, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "d", "dir 2770 12:34");
    CHILD_CHECK(status_of(root, "d").modified == (Timestamp{.seconds = 5, .nanoseconds = 6}));
    VIEW_IS(root, "d/f", "file 6755 7:8 ''");
    CHILD_CHECK(status_of(root, "d/f").modified == (Timestamp{.seconds = -9, .nanoseconds = 1}));
    // Neither group nor setgid bit come from the directory.
    VIEW_IS(root, "d/plain", "file 0666 0:0 'p'");
    VIEW_IS(root, "d/sub", "dir 0755 0:0");
    CHILD_CHECK(status_of(root, "s").uid == 9);
    CHILD_CHECK(status_of(root, "s").modified.seconds == 11);
    VIEW_IS(root, "fifo", "fifo 0622 0:2");
    return {};
  });
}

TEST_P(SnapshotterSuite, ExtendedAttributesAreKept) {
  // Version 2, CAP_NET_RAW permitted and effective (linux/capability.h, struct vfs_cap_data).
  const std::string capability("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  LayerTar tar;
  tar.add({.name = "ping",
           .mode = 0755,
           .uid = 1,
           .size = 4,
           .xattrs = {{"security.capability", capability}, {"user.note", std::string("a\0b", 3)}}},
          "ping");
  tar.add({.name = "d/", .type = codec::TarType::directory, .mode = 0755, .xattrs = {{"user.d", "v"}}});
  add(tar, 1);
  expect_view(1, [&](sys::BorrowedFd root) -> std::string {
    CHILD_CHECK(sys::find_xattr(root, "ping", "security.capability").value() == capability);
    CHILD_CHECK(sys::find_xattr(root, "ping", "user.note").value() == std::string("a\0b", 3));
    CHILD_CHECK(sys::find_xattr(root, "d", "user.d").value() == "v");
    return {};
  });
}

TEST_P(SnapshotterSuite, SparseFilesStaySparse) {
  constexpr std::uint64_t kSize = std::uint64_t{1} << 40U;
  LayerTar tar;
  tar.add({.name = "sparse",
           .mode = 0644,
           .size = kSize,
           .sparse = {{{.offset = 4096, .length = 512}, {.offset = kSize / 2, .length = 1024}}}},
          std::string(512, 'a') + std::string(1024, 'b'));
  tar.add({.name = "hole", .mode = 0644, .size = kSize, .sparse = {std::vector<codec::TarSegment>{}}});
  add(tar, 1);
  expect_view(1, [](sys::BorrowedFd root) -> std::string {
    CHILD_CHECK(status_of(root, "hole").size_bytes == kSize);
    CHILD_CHECK(status_of(root, "hole").allocated_bytes == 0);
    const auto status = status_of(root, "sparse");
    CHILD_CHECK(status.size_bytes == kSize);
    CHILD_CHECK(status.allocated_bytes < (1U << 20U));
    const auto file = sys::openat(root, "sparse", O_RDONLY);
    std::uint8_t bytes[4]{};
    CHILD_TRY(sys::pread_full(*file, bytes, kSize / 2 - 2));
    CHILD_CHECK(bytes[1] == 0 && bytes[2] == 'b');
    CHILD_TRY(sys::pread_full(*file, bytes, 4096 + 510));
    CHILD_CHECK(bytes[1] == 'a' && bytes[2] == 0);
    return {};
  });
}

TEST_P(SnapshotterSuite, ManyLayersMount) {
  constexpr std::uint64_t kLayers = 128;
  for (std::uint64_t n = 1; n <= kLayers; ++n) {
    add(LayerTar().file("layer-" + std::to_string(n)).file("top", std::to_string(n)), n,
        n > 1 ? std::optional(n - 1) : std::nullopt);
  }
  expect_view(kLayers, [](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "top", "file 0644 0:0 '128'");
    for (std::uint64_t n = 1; n <= kLayers; ++n) {
      VIEW_IS(root, "layer-" + std::to_string(n), "file 0644 0:0 ''");
    }
    return {};
  });
}

TEST_P(SnapshotterSuite, ReadOnlyViewsRefuseWriting) {
  add(LayerTar().file("a", "1"), 1);
  add(LayerTar().file("b", "2"), 2, 1);
  for (const std::uint64_t top : {1U, 2U}) {
    expect_view(
        top,
        [](sys::BorrowedFd root) -> std::string {
          VIEW_IS(root, "a", "file 0644 0:0 '1'");
          const auto file = sys::openat(root, "a", O_WRONLY);
          CHILD_CHECK(!file && file.error().errnum() == EROFS);
          return {};
        },
        Access::read_only);
  }
}

TEST_P(SnapshotterSuite, DeepTreesAreUnpackedViewedAndRemoved) {
  // Far more levels than descriptors are kept open.
  std::string name = "x";
  for (int i = 0; i < 500; ++i) name += "/x";
  add(LayerTar().file(name, "deep").file("a", "1"), 1);
  EXPECT_TRUE(snapshots().verify(digest_number(1)));
  ASSERT_TRUE(snapshots().prepare("deep", digest_number(1), Access::read_write));
  EXPECT_TRUE(snapshots().remove_active("deep"));
  EXPECT_TRUE(snapshots().remove(digest_number(1)));
}

}  // namespace
}  // namespace corten::snapshot::test
