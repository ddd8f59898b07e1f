#include "sys/openat2.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

// One suite for the kernel's resolver and for ours: they must agree on everything.
class InRoot : public testing::TestWithParam<bool> {
 protected:
  InRoot() : scratch_(test::Where::memory) {
    scratch_.mkdir("root/a/b");
    scratch_.mkdir("root/etc");
    scratch_.write("secret", "outside");
    scratch_.write("root/etc/passwd", "inside");
    scratch_.write("root/a/b/file", "deep");
    root_ = openat(scratch_.fd(), "root", O_PATH | O_DIRECTORY).value();
  }

  Kernel kernel() const { return {.openat2 = GetParam()}; }
  std::string read(PathArg path, int flags = 0) {
    const auto fd = open_in_root(root_, path, O_RDONLY | flags, 0, kernel());
    if (!fd) return errno_text(fd.error().errnum());
    return read_all(*fd, 100).value_or("not readable");
  }
  int error(PathArg path, int flags = O_RDONLY) {
    const auto fd = open_in_root(root_, path, flags, 0644, kernel());
    return fd ? 0 : fd.error().errnum();
  }
  int error_beneath(PathArg path, int flags = O_RDONLY) {
    const auto fd = open_beneath(root_, path, flags, 0644, kernel());
    return fd ? 0 : fd.error().errnum();
  }
  void link(PathArg target, PathArg name) { ASSERT_TRUE(symlinkat(target, root_, name)); }

  ScratchDir scratch_;
  UniqueFd root_;
};

TEST_P(InRoot, ResolvesPlainPaths) {
  EXPECT_EQ(read("etc/passwd"), "inside");
  EXPECT_EQ(read("/etc/passwd"), "inside");
  EXPECT_EQ(read("//a/./b/../b//file"), "deep");
  EXPECT_EQ(error("/", O_RDONLY | O_DIRECTORY), 0);
  EXPECT_EQ(error(".", O_PATH), 0);
  EXPECT_EQ(error("a/..", O_PATH), 0);
  EXPECT_EQ(error("a/b/", O_PATH), 0);
}

TEST_P(InRoot, StopsAtTheRootGoingUp) {
  EXPECT_EQ(read("../../../../etc/passwd"), "inside");
  EXPECT_EQ(read("a/../../../secret"), "No such file or directory");
  const auto up = open_in_root(root_, "../..", O_PATH, 0, kernel()).value();
  EXPECT_TRUE(fstat(up).value().same_file(fstat(root_).value()));
}

TEST_P(InRoot, FollowsSymlinksAsIfTheRootWereSlash) {
  link("/etc/passwd", "absolute");
  link("../../../../../etc/passwd", "a/relative");
  link("a/relative", "chain");
  link("/a", "directory");
  link(scratch_.path("secret"), "host-path");
  EXPECT_EQ(read("absolute"), "inside");
  EXPECT_EQ(read("a/relative"), "inside");
  EXPECT_EQ(read("chain"), "inside");
  EXPECT_EQ(read("directory/b/file"), "deep");
  EXPECT_EQ(read("directory/../etc/passwd"), "inside");
  EXPECT_EQ(error("host-path"), ENOENT);
}

TEST_P(InRoot, LeavesTheLastSymlinkAloneOnRequest) {
  link("/etc/passwd", "l");
  EXPECT_EQ(error("l", O_RDONLY | O_NOFOLLOW), ELOOP);
  const auto fd = open_in_root(root_, "l", O_PATH | O_NOFOLLOW, 0, kernel()).value();
  EXPECT_TRUE(fstat(fd).value().is_symlink());
  link("a", "d");
  EXPECT_EQ(error("d", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR);
  EXPECT_TRUE(
      fstat(open_in_root(root_, "d/", O_PATH | O_NOFOLLOW, 0, kernel()).value()).value().is_directory());
}

TEST_P(InRoot, RefusesLoopsAndLongChains) {
  link("loop2", "loop1");
  link("loop1", "loop2");
  link("self/x", "self");
  EXPECT_EQ(error("loop1"), ELOOP);
  EXPECT_EQ(error("self"), ELOOP);
  link("etc/passwd", "link0");
  for (int i = 1; i <= 41; ++i) link(fmt::format("link{}", i - 1), fmt::format("link{}", i));
  EXPECT_EQ(error("link39"), 0) << "40 links";
  EXPECT_EQ(error("link40"), ELOOP) << "41 links";
}

TEST_P(InRoot, SaysWhatIsMissingOrNoDirectory) {
  link("nowhere", "dangling");
  EXPECT_EQ(error(""), ENOENT);
  EXPECT_EQ(error("none"), ENOENT);
  EXPECT_EQ(error("none/x"), ENOENT);
  EXPECT_EQ(error("dangling"), ENOENT);
  EXPECT_EQ(error("etc/passwd/x"), ENOTDIR);
  EXPECT_EQ(error("etc/passwd/.."), ENOTDIR);
  EXPECT_EQ(error("etc/passwd/"), ENOTDIR);
  EXPECT_EQ(error("etc/passwd", O_RDONLY | O_DIRECTORY), ENOTDIR);
  EXPECT_EQ(error(std::string("etc/passwd\0", 11)), ENOENT);
  EXPECT_EQ(error(std::string(256, 'n')), ENAMETOOLONG);
}

TEST_P(InRoot, CreatesFilesInside) {
  EXPECT_EQ(error("new", O_WRONLY | O_CREAT | O_EXCL), 0);
  EXPECT_EQ(error("new", O_WRONLY | O_CREAT | O_EXCL), EEXIST);
  EXPECT_EQ(error("dir/", O_WRONLY | O_CREAT), EISDIR);
  EXPECT_EQ(error("a", O_WRONLY | O_CREAT), EISDIR);
  link(scratch_.path("created-outside"), "escape");
  EXPECT_EQ(error("escape", O_WRONLY | O_CREAT), ENOENT) << "no such directory inside";
  link("../../../created", "up");
  EXPECT_EQ(error("up", O_WRONLY | O_CREAT), 0);
  EXPECT_TRUE(scratch_.has("root/created"));
  EXPECT_FALSE(scratch_.has("created"));
  EXPECT_EQ(error("up", O_WRONLY | O_CREAT | O_EXCL), EEXIST);
}

TEST_P(InRoot, RefusesMagicLinksButNotTheirOrdinaryNeighbours) {
  const auto proc = open("/proc", O_PATH | O_DIRECTORY).value();
  const auto errnum = [&](const std::string& path, int flags = O_RDONLY) {
    const auto fd = open_in_root(proc, path, flags, 0, kernel());
    return fd ? 0 : fd.error().errnum();
  };
  const auto pid = std::to_string(::getpid());
  EXPECT_EQ(errnum("self/exe"), ELOOP);
  EXPECT_EQ(errnum(pid + "/exe"), ELOOP);
  EXPECT_EQ(errnum(pid + "/root/etc/passwd"), ELOOP);
  EXPECT_EQ(errnum(pid + "/cwd/x", O_PATH), ELOOP);
  EXPECT_EQ(errnum("self/fd/" + std::to_string(proc.get()), O_PATH), ELOOP);
  EXPECT_EQ(errnum("self/ns/user"), ELOOP);
  EXPECT_EQ(errnum("self/exe", O_PATH | O_NOFOLLOW), 0) << "the link itself";
  EXPECT_EQ(errnum("self/status"), 0);
  EXPECT_EQ(errnum("mounts"), 0);
}

TEST_P(InRoot, BeneathRefusesToLeave) {
  link("/etc/passwd", "absolute");
  link("../etc/passwd", "a/good");
  link("../../secret", "a/bad");
  EXPECT_EQ(error_beneath("a/good"), 0);
  EXPECT_EQ(error_beneath("a/../etc/passwd"), 0);
  EXPECT_EQ(error_beneath("/etc/passwd"), EXDEV);
  EXPECT_EQ(error_beneath("absolute"), EXDEV);
  EXPECT_EQ(error_beneath("a/bad"), EXDEV);
  EXPECT_EQ(error_beneath("../root/etc/passwd"), EXDEV);
  EXPECT_EQ(error_beneath(".."), EXDEV);
}

TEST_P(InRoot, DescriptorsAreCloexec) {
  const auto fd = open_in_root(root_, "etc/passwd", O_RDONLY, 0, kernel()).value();
  EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
}

TEST_P(InRoot, MakesDirectoriesInside) {
  link("/made/by-link", "a/dangling");
  EXPECT_TRUE(mkdir_all_in_root(root_, "x/y/../z/", 0755, kernel()));
  EXPECT_TRUE(scratch_.has("root/x/y"));
  EXPECT_TRUE(scratch_.has("root/x/z"));
  EXPECT_TRUE(mkdir_all_in_root(root_, "a/dangling/deep", 0755, kernel()));
  EXPECT_TRUE(scratch_.has("root/made/by-link/deep"));
  EXPECT_TRUE(mkdir_all_in_root(root_, "../../up", 0755, kernel()));
  EXPECT_TRUE(scratch_.has("root/up"));
  EXPECT_TRUE(mkdir_all_in_root(root_, "/", 0755, kernel()));
  EXPECT_EQ(mkdir_all_in_root(root_, "etc/passwd/x", 0755, kernel()).error().errnum(), ENOTDIR);
  EXPECT_EQ(mkdir_all_in_root(root_, "etc/passwd", 0755, kernel()).error().errnum(), ENOTDIR);
  EXPECT_EQ(mkdir_all_in_root(root_, "", 0755, kernel()).error().errnum(), ENOENT);
}

TEST_P(InRoot, SplitsOffTheLastName) {
  link("/etc", "e");
  const auto split = [&](PathArg path, MissingParents missing = MissingParents::fail) {
    return open_parent_in_root(root_, path, missing, 0755, kernel());
  };
  const auto found = split("e/new//").value();
  EXPECT_EQ(found.name, "new");
  EXPECT_TRUE(fstatat(found.parent, "passwd").value().is_regular());
  EXPECT_EQ(split("name").value().name, "name");
  EXPECT_EQ(split("/name").value().name, "name");
  EXPECT_EQ(split("p/q/r").error().errnum(), ENOENT);
  EXPECT_EQ(split("p/q/r", MissingParents::create).value().name, "r");
  EXPECT_TRUE(scratch_.has("root/p/q"));
  for (const char* bad : {"", "/", "a/..", "..", ".", "a/./"}) {
    EXPECT_EQ(split(bad).error().kind(), Errc::invalid_argument) << bad;
  }
}

// Swaps names without pause until the test is done.
class Swapper {
 public:
  Swapper(BorrowedFd dir_a, std::string a, BorrowedFd dir_b, std::string b)
      : thread_([this, dir_a, a = std::move(a), dir_b, b = std::move(b)] {
          while (!stop_) (void)renameat(dir_a, a, dir_b, b, RenameMode::exchange);
        }) {}
  Swapper(const Swapper&) = delete;
  Swapper& operator=(const Swapper&) = delete;
  ~Swapper() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST_P(InRoot, ASwappedSymlinkNeverLeadsOut) {
  scratch_.mkdir("outside/b");
  scratch_.write("outside/b/file", "outside");
  link(scratch_.path("outside"), "evil");
  const Swapper swapper(root_, "a", root_, "evil");
  int inside = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto text = read("a/b/file");
    EXPECT_NE(text, "outside");
    inside += text == "deep" ? 1 : 0;
    const auto made = open_in_root(root_, "a/b/new", O_WRONLY | O_CREAT, 0644, kernel());
    (void)mkdir_all_in_root(root_, "a/x/y", 0755, kernel());
  }
  EXPECT_GT(inside, 0);
  EXPECT_FALSE(scratch_.has("outside/b/new"));
  EXPECT_FALSE(scratch_.has("outside/x"));
}

TEST_P(InRoot, ADirectoryMovedOutMeanwhileDoesNotOpenTheOutside) {
  // While "a" hangs outside, "a/b/../.." must not be the directory that holds the secret.
  scratch_.mkdir("elsewhere/a/b");
  const auto outside = openat(scratch_.fd(), "elsewhere", O_PATH).value();
  scratch_.write("elsewhere/secret", "outside");
  const Swapper swapper(root_, "a", outside, "a");
  for (int i = 0; i < 2000; ++i) EXPECT_NE(read("a/b/../../secret"), "outside");
}

INSTANTIATE_TEST_SUITE_P(KernelAndWalk, InRoot, testing::Bool(),
                         [](const auto& way) { return way.param ? "openat2" : "walk"; });

TEST(PathWalk, StopsBeforeItUsesUpDescriptors) {
  const ScratchDir scratch(test::Where::memory);
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "d/";
  scratch.mkdir(deep);
  const auto before = test::count_open_fds();
  const auto walked = open_in_root(scratch.fd(), deep, O_PATH, 0, {.openat2 = false});
  EXPECT_EQ(walked.error().kind(), Errc::unsupported);
  EXPECT_EQ(test::count_open_fds(), before);
  EXPECT_TRUE(open_in_root(scratch.fd(), deep, O_PATH));
}

}  // namespace
}  // namespace corten::sys
