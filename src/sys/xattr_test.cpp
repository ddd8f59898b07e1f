#include "sys/xattr.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

class Xattr : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    dir_.write("f", "");
    const auto set = set_xattr(dir_.fd(), "f", "user.probe", as_bytes("1"), kernel());
    if (!set && set.error().kind() == Errc::unsupported) GTEST_SKIP() << "no user.* attributes in TMPDIR";
    ASSERT_TRUE(set) << set.error().message();
    ASSERT_TRUE(remove_xattr(dir_.fd(), "f", "user.probe", kernel()));
  }
  Kernel kernel() const { return {.xattrat = GetParam()}; }

  ScratchDir dir_;
};

TEST_P(Xattr, KeepsBytesByName) {
  const std::string value("a\0b\xff", 4);
  ASSERT_TRUE(set_xattr(dir_.fd(), "f", "user.z", as_bytes(value), kernel()));
  ASSERT_TRUE(set_xattr(dir_.fd(), "f", "user.a", as_bytes(""), kernel()));
  const auto names = list_xattrs(dir_.fd(), "f", kernel()).value();
  EXPECT_EQ(names, (std::vector<std::string>{"user.a", "user.z"}));
  EXPECT_EQ(find_xattr(dir_.fd(), "f", "user.z", kernel()).value(), value);
  EXPECT_EQ(find_xattr(dir_.fd(), "f", "user.a", kernel()).value(), "");
  EXPECT_EQ(find_xattr(dir_.fd(), "f", "user.none", kernel()).value(), std::nullopt);
  ASSERT_TRUE(remove_xattr(dir_.fd(), "f", "user.z", kernel()));
  EXPECT_TRUE(remove_xattr(dir_.fd(), "f", "user.z", kernel())) << "gone already";
  EXPECT_EQ(find_xattr(dir_.fd(), "f", "user.z", kernel()).value(), std::nullopt);
}

TEST_P(Xattr, NeverFollowsASymlink) {
  dir_.symlink("f", "l");
  EXPECT_EQ(set_xattr(dir_.fd(), "l", "user.x", as_bytes("1"), kernel()).error().kind(),
            Errc::permission_denied)
      << "user.* is not for symlinks";
  EXPECT_TRUE(list_xattrs(dir_.fd(), "f", kernel()).value().empty());
  if (::geteuid() == 0) {
    ASSERT_TRUE(set_xattr(dir_.fd(), "l", "trusted.x", as_bytes("link"), kernel()));
    EXPECT_EQ(find_xattr(dir_.fd(), "l", "trusted.x", kernel()).value(), "link");
    EXPECT_EQ(find_xattr(dir_.fd(), "f", "trusted.x", kernel()).value(), std::nullopt);
  }
}

TEST_P(Xattr, NamesTheMissingFile) {
  const auto missing = set_xattr(dir_.fd(), "none", "user.x", as_bytes("1"), kernel());
  EXPECT_EQ(missing.error().kind(), Errc::not_found);
  EXPECT_NE(missing.error().message().find("'none'"), std::string::npos) << missing.error().message();
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutXattrat, Xattr, testing::Bool());

TEST(XattrOfDescriptors, WorksOnPathDescriptorsToo) {
  const ScratchDir dir;
  dir.write("f", "");
  const auto fd = openat(dir.fd(), "f", O_RDONLY).value();
  const auto set = set_xattr(fd, "user.x", as_bytes("1"));
  if (!set) GTEST_SKIP() << set.error().message();
  const auto path = openat(dir.fd(), "f", O_PATH).value();
  EXPECT_EQ(find_xattr(path, "user.x").value(), "1");
  EXPECT_EQ(list_xattrs(path).value(), std::vector<std::string>{"user.x"});
  EXPECT_TRUE(remove_xattr(path, "user.x"));
  EXPECT_TRUE(list_xattrs(fd).value().empty());
  EXPECT_TRUE(list_xattrs(open("/proc/self/status", O_RDONLY).value()).value().empty());
}

}  // namespace
}  // namespace corten::sys
