#include <fcntl.h>

#include <gmock/gmock.h>

#include "codec/tar_test_support.hpp"
#include "snapshot/layer_for_test.hpp"
#include "snapshot/naive_unpack_for_test.hpp"
#include "snapshot/unpack.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/test_support.hpp"
#include "sys/xattr.hpp"

// Archive extraction: CVE-2021-32760, CVE-2014-6407, CVE-2019-14271 and family. Where an attack can be shown
// on a plain extraction, it is shown first.
namespace corten::snapshot::test {
namespace {

using testing::HasSubstr;

/// outside/secret must stay as it is; layers go into inside/layer, two levels deep as in a store.
class UnpackSecurity : public testing::Test {
 protected:
  void SetUp() override { reset(); }

  void reset() {
    scratch_ = std::make_unique<sys::test::ScratchDir>(sys::test::Where::memory);
    scratch_->mkdir("outside");
    scratch_->mkdir("inside/layer");
    scratch_->write("outside/secret", "untouched");
    ASSERT_TRUE(sys::fchmodat(scratch_->fd(), "outside/secret", 0600));
    before_ = outside();
  }

  std::string inside() const { return scratch_->path("inside/layer"); }
  std::string secret() const { return scratch_->path("outside/secret"); }
  sys::UniqueFd layer() const { return sys::open(inside(), O_RDONLY | O_DIRECTORY).value(); }

  /// All that could be changed out there, in one text.
  std::string outside() const {
    std::string text;
    for (const char* directory : {"", "/outside", "/inside"}) {
      const auto fd = sys::open(scratch_->path() + directory, O_RDONLY | O_DIRECTORY).value();
      const auto entries = sys::read_directory(fd).value();
      for (const auto& entry : entries) {
        const auto status = sys::fstatat(fd, entry.name).value();
        text += fmt::format("{}/{} {:o} {}:{} links {}\n", directory, entry.name, status.permissions,
                            status.uid, status.gid, entry.name == "secret" ? status.link_count : 0);
      }
    }
    return text + scratch_->read("outside/secret");
  }
  bool untouched() const { return outside() == before_; }

  /// "" for success.
  std::string unpack(const std::string& tar) {
    const auto tree = layer();
    const auto form = overlay_whiteouts(OverlayAttributes::user);
    Unpacker unpacker(tree, tree, *form);
    MemorySource source(tar);
    if (const auto applied = unpacker.apply(source); !applied) return applied.error().message();
    const LowerLayers lower(
        tree, [](std::size_t) -> Result<std::optional<std::string>> { return std::nullopt; }, *form);
    const auto settled = unpacker.settle(lower);
    return settled ? "" : settled.error().message();
  }
  std::string unpack(const LayerTar& tar) { return unpack(tar.bytes()); }

  /// The attack works on a plain extraction, and does nothing here.
  std::string attack(const LayerTar& tar) {
    EXPECT_TRUE(naive_unpack(tar.bytes(), inside()));
    EXPECT_FALSE(untouched()) << "this archive attacks nothing";
    reset();
    auto outcome = unpack(tar);
    EXPECT_TRUE(untouched()) << outside();
    return outcome;
  }

  std::unique_ptr<sys::test::ScratchDir> scratch_;
  std::string before_;
};

TEST_F(UnpackSecurity, DotDotIsRefused) {
  EXPECT_THAT(attack(LayerTar().file("../../outside/secret", "owned")), HasSubstr("climbs out of the layer"));
  EXPECT_THAT(unpack(LayerTar().file("a/../../b", "owned")), HasSubstr("climbs out of the layer"));
  EXPECT_EQ(unpack(LayerTar().file("a/../b", "fine")), "");
  EXPECT_EQ(scratch_->read("inside/layer/b"), "fine");
}

TEST_F(UnpackSecurity, AbsoluteNamesStartAtTheLayer) {
  EXPECT_TRUE(naive_unpack(LayerTar().file(secret(), "owned").bytes(), inside()));
  EXPECT_FALSE(untouched());
  reset();
  EXPECT_EQ(unpack(LayerTar().file(secret(), "mine")), "");
  EXPECT_TRUE(untouched());
  EXPECT_EQ(scratch_->read("inside/layer" + secret()), "mine");
}

TEST_F(UnpackSecurity, EntriesThroughSymlinksStayInTheLayer) {
  EXPECT_EQ(attack(LayerTar().symlink("up", "../../outside").file("up/secret", "owned")), "");
  EXPECT_EQ(scratch_->read("inside/layer/outside/secret"), "owned");
  reset();
  EXPECT_TRUE(naive_unpack(LayerTar().symlink("r", "/").file("r" + secret(), "owned").bytes(), inside()));
  EXPECT_FALSE(untouched());
  reset();
  EXPECT_EQ(unpack(LayerTar().symlink("r", "/").file("r" + secret(), "mine")), "");
  EXPECT_TRUE(untouched());
  // Through two, the second relative to where the first leads.
  EXPECT_EQ(attack(LayerTar()
                       .directory("d")
                       .symlink("d/one", "../..")
                       .symlink("two", "d/one/../outside")
                       .file("two/secret", "owned")),
            "");
}

TEST_F(UnpackSecurity, AFileReplacesASymlinkAndDoesNotWriteThroughIt) {
  EXPECT_EQ(attack(LayerTar().symlink("x", "../../outside/secret").file("x", "owned")), "");
  EXPECT_EQ(scratch_->read("inside/layer/x"), "owned");
}

TEST_F(UnpackSecurity, ADirectoryReplacesASymlinkAndDoesNotChangeItsTarget) {
  EXPECT_EQ(attack(LayerTar().symlink("x", "../../outside").directory("x", 0777)), "");
}

TEST_F(UnpackSecurity, SymlinksThatLeadInCirclesEnd) {
  EXPECT_THAT(unpack(LayerTar().symlink("a", "b").symlink("b", "a").file("a/x")),
              HasSubstr("symbolic links"));
}

TEST_F(UnpackSecurity, HardLinksToTheOutsideAreNotMade) {
  EXPECT_THAT(attack(LayerTar().hard_link("x", "../../outside/secret")), HasSubstr("climbs out"));
  EXPECT_THAT(unpack(LayerTar().hard_link("x", secret())), HasSubstr("neither in this layer"));
  reset();
  EXPECT_THAT(attack(LayerTar().symlink("up", "../../outside").hard_link("x", "up/secret")),
              HasSubstr("neither in this layer"));
}

TEST_F(UnpackSecurity, AFileReplacesAHardLinkAndDoesNotChangeItsTarget) {
  // A link to a symlink is one more name of the symlink, never of what it leads to.
  EXPECT_EQ(
      attack(LayerTar().symlink("s", "../../outside/secret").hard_link("x", "s").file("x", "owned", 0777)),
      "");
  EXPECT_EQ(unpack(LayerTar().file("a", "1").hard_link("b", "a").file("b", "2")), "");
  EXPECT_EQ(scratch_->read("inside/layer/a"), "1");
}

TEST_F(UnpackSecurity, HardLinksToDirectoriesAreRefused) {
  EXPECT_THAT(unpack(LayerTar().directory("d").hard_link("x", "d")), HasSubstr("to the directory 'd'"));
}

TEST_F(UnpackSecurity, WhiteoutsOfParentsAreRefused) {
  for (const std::string name : {".wh..", ".wh...", "a/.wh...", ".wh."}) {
    EXPECT_THAT(unpack(LayerTar().directory("a").whiteout(name)), HasSubstr("removes no file")) << name;
    EXPECT_TRUE(untouched());
  }
  EXPECT_THAT(attack(LayerTar().whiteout("../../outside/.wh.secret")), HasSubstr("climbs out"));
  EXPECT_EQ(attack(LayerTar().symlink("up", "../../outside").whiteout("up/.wh.secret")), "");
}

TEST_F(UnpackSecurity, NamesOfWhiteoutsCannotBeDirectories) {
  EXPECT_THAT(unpack(LayerTar().file(".wh.a/b")), HasSubstr("has the name of a whiteout"));
  EXPECT_THAT(unpack(LayerTar().symlink("s", ".wh.x").file("s/b")), HasSubstr("has the name of a whiteout"));
  EXPECT_THAT(unpack(LayerTar().whiteout(".wh.a").hard_link("b", ".wh.a")), HasSubstr("cannot be"));
}

// Overlay's own marks may come from our whiteouts only.
TEST_F(UnpackSecurity, OverlayMarksCannotBeForged) {
  LayerTar device;
  device.add({.name = "x", .type = codec::TarType::char_device, .mode = 0600});
  EXPECT_THAT(unpack(device), HasSubstr("0:0"));
  LayerTar tar;
  tar.add({.name = "d/",
           .type = codec::TarType::directory,
           .mode = 0755,
           .xattrs = {{"user.overlay.opaque", "y"},
                      {"trusted.overlay.redirect", "/etc"},
                      {"user.overlay.redirect", "/etc"},
                      {"user.kept", "1"}}});
  tar.add({.name = "f", .mode = 0644, .xattrs = {{"user.overlay.metacopy", ""}}});
  EXPECT_EQ(unpack(tar), "");
  for (const char* name : {"d", "f"}) {
    for (const char* attribute : {"user.overlay.opaque", "user.overlay.redirect", "trusted.overlay.redirect",
                                  "user.overlay.metacopy"}) {
      EXPECT_FALSE(*sys::find_xattr(layer(), name, attribute)) << name << attribute;
    }
  }
  EXPECT_EQ(*sys::find_xattr(layer(), "d", "user.kept"), "1");
  // A hard link to a whiteout would be one under another name.
  EXPECT_THAT(unpack(LayerTar().whiteout(".wh.gone").hard_link("alias", "gone")),
              HasSubstr("neither in this layer"));
}

TEST_F(UnpackSecurity, DevicesAreMadeInTheLayerOrHeldByEmptyFiles) {
  LayerTar tar;
  tar.add({.name = "dev/null",
           .type = codec::TarType::char_device,
           .mode = 0666,
           .dev_major = 1,
           .dev_minor = 3});
  tar.add({.name = "dev/sda", .type = codec::TarType::block_device, .mode = 0660, .dev_major = 8});
  EXPECT_EQ(unpack(tar), "");
  EXPECT_TRUE(untouched());
  for (const char* name : {"dev/null", "dev/sda"}) {
    const auto status = *sys::fstatat(layer(), name);
    EXPECT_TRUE(!status.is_regular() || (status.permissions & 0377U) == 0) << name;
  }
}

TEST_F(UnpackSecurity, LongAndStrangeNamesAreRefusedOrKept) {
  EXPECT_THAT(unpack(LayerTar().file(std::string(256, 'n'))), HasSubstr("256 bytes"));
  EXPECT_THAT(unpack(LayerTar().file(std::string(256, 'n') + "/x")), HasSubstr("256 bytes"));
  EXPECT_EQ(unpack(LayerTar().file(std::string(255, 'n'))), "");
  std::string deep = "d";
  while (deep.size() <= kMaxPathBytes) deep += "/d";
  EXPECT_THAT(unpack(LayerTar().file(deep)), HasSubstr("longer than the 4095 bytes"));
  EXPECT_EQ(unpack(LayerTar().file("\xff\n\\ \x01")), "");
  EXPECT_TRUE(scratch_->has("inside/layer/\xff\n\\ \x01"));
  EXPECT_THAT(unpack(LayerTar().symlink(".", "x")), HasSubstr("the root of a layer is a directory"));
  EXPECT_TRUE(untouched());
}

// A few hundred bytes of tar that name an endless tree.
TEST_F(UnpackSecurity, TenThousandLevelsAreRefused) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "d/";
  const auto tar = codec::testing::raw_extension('x', codec::testing::pax_records({{"path", deep}})) +
                   codec::testing::raw_member({.name = "d", .type = '5'}, "") + codec::testing::end_marker();
  EXPECT_NE(unpack(tar), "");
  EXPECT_TRUE(untouched());
  EXPECT_FALSE(scratch_->has("inside/layer/d"));
}

// Paths that grow by following a symlink to where they are.
TEST_F(UnpackSecurity, PathsThroughSymlinksDoNotGrowWithoutEnd) {
  LayerTar tar;
  std::string long_name;
  for (int i = 0; i < 12; ++i) long_name += std::string(200, 'a') + "/";
  tar.directory(long_name).symlink("s", long_name);
  tar.file("s/" + long_name + "f");
  EXPECT_THAT(unpack(tar), HasSubstr("longer than 4095 bytes"));
}

TEST_F(UnpackSecurity, ManyImpliedDirectoriesAreRefused) {
  LayerTar tar;
  for (char first = 'a'; first <= 'z'; ++first) {
    std::string name(1, first);
    while (name.size() < 4000) name += "/d";
    tar.file(name + "/f");
  }
  EXPECT_THAT(unpack(tar), HasSubstr("leaves out too many of its directories"));
}

TEST_F(UnpackSecurity, AHoleTakesNoSpace) {
  LayerTar tar;
  tar.add({.name = "hole",
           .mode = 0644,
           .size = std::uint64_t{1} << 42U,
           .sparse = {std::vector<codec::TarSegment>{}}});
  EXPECT_EQ(unpack(tar), "");
  EXPECT_EQ(sys::fstatat(layer(), "hole")->allocated_bytes, 0U);
  LayerTar endless;
  endless.add({.name = "endless",
               .mode = 0644,
               .size = (std::uint64_t{1} << 63U) - 1,
               .sparse = {std::vector<codec::TarSegment>{}}});
  // tmpfs takes it, ext4 does not; neither writes anything.
  if (unpack(endless).empty()) {
    EXPECT_EQ(sys::fstatat(layer(), "endless")->allocated_bytes, 0U);
  }
}

TEST_F(UnpackSecurity, IdsBeyondThoseOfLinuxAreRefused) {
  LayerTar tar;
  tar.add({.name = "x", .mode = 0644, .uid = std::uint64_t{1} << 32U});
  EXPECT_THAT(unpack(tar), HasSubstr("beyond the ids of Linux"));
}

TEST_F(UnpackSecurity, ErrorsNameTheEntry) {
  EXPECT_THAT(unpack(LayerTar().file("fine").file("a/b").file("a/b/c")), HasSubstr("unpacking 'a/b/c'"));
}

}  // namespace
}  // namespace corten::snapshot::test
