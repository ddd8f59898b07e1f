#include "sys/remove_tree.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/limits.hpp"
#include "sys/mount.hpp"
#include "sys/names.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

TEST(RemoveTree, RemovesAllKindsAndNothingElse) {
  const ScratchDir dir;
  dir.mkdir("tree/a/b");
  dir.write("tree/a/file", "x");
  dir.write("keep", "kept");
  dir.mkdir("kept-dir");
  dir.write("kept-dir/f", "kept");
  dir.symlink("../keep", "tree/to-file");
  dir.symlink("../kept-dir", "tree/to-dir");
  ASSERT_TRUE(mknodat(dir.fd(), "tree/fifo", FileType::fifo, 0600));
  const auto removed = remove_tree_at(dir.fd(), "tree");
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(dir.has("tree"));
  EXPECT_EQ(dir.read("keep"), "kept");
  EXPECT_EQ(dir.read("kept-dir/f"), "kept");
}

TEST(RemoveTree, TakesFilesLinksAndAbsence) {
  const ScratchDir dir;
  dir.write("f", "");
  dir.mkdir("d");
  dir.write("d/x", "");
  dir.symlink("d", "l");
  EXPECT_TRUE(remove_tree_at(dir.fd(), "f"));
  EXPECT_TRUE(remove_tree_at(dir.fd(), "l"));
  EXPECT_TRUE(remove_tree_at(dir.fd(), "none"));
  EXPECT_TRUE(dir.has("d/x"));
  for (const char* bad : {"", ".", "..", "d/x", "/d"}) {
    EXPECT_EQ(remove_tree_at(dir.fd(), bad).error().kind(), Errc::invalid_argument) << bad;
  }
}

// A directory that an ordinary user owns, and this process becomes that user: no mode stops root. Reached by
// its descriptor only, since the scratch directory above stays closed. For bodies in children.
struct Ordinary {
  UniqueFd dir;
  std::string problem;
};

Ordinary become_ordinary(BorrowedFd scratch) {
  constexpr std::uint32_t kNobody = 65534;
  Ordinary user{.dir = {}, .problem = test::error_of(ensure_directory(scratch, "owned", 0755))};
  if (!user.problem.empty()) return user;
  user.dir = openat(scratch, "owned", O_RDONLY | O_DIRECTORY).value();
  if (::geteuid() != 0) return user;
  user.problem = test::error_of(fchown(user.dir, kNobody, kNobody));
  if (user.problem.empty() && (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
                               ::setresuid(kNobody, kNobody, kNobody) != 0)) {
    user.problem = "skip: cannot drop root";
  }
  return user;
}

TEST(RemoveTree, OpensUpDirectoriesThatForbidIt) {
  const ScratchDir scratch;
  EXPECT_CHILD_PASSES([&] {
    const auto user = become_ordinary(scratch.fd());
    if (!user.problem.empty()) return user.problem;
    CHILD_TRY(ensure_directory(user.dir, "tree/locked/inner", 0755));
    for (const char* name : {"tree/locked/inner/f", "tree/locked/f"}) {
      CHILD_TRY(openat(user.dir, name, O_WRONLY | O_CREAT, 0644));
    }
    CHILD_TRY(fchmodat(user.dir, "tree/locked/inner", 0));
    CHILD_TRY(fchmodat(user.dir, "tree/locked", 0555));
    CHILD_TRY(fchmodat(user.dir, "tree", 0));
    CHILD_CHECK(openat(user.dir, "tree", O_RDONLY).error().errnum() == EACCES);
    CHILD_TRY(remove_tree_at(user.dir, "tree"));
    CHILD_CHECK(!find_status(user.dir, "tree").value());
    return std::string();
  });
}

TEST(RemoveTree, OpensUpDirectoriesThatItMayListButNotSearch) {
  const ScratchDir scratch;
  EXPECT_CHILD_PASSES([&] {
    const auto user = become_ordinary(scratch.fd());
    if (!user.problem.empty()) return user.problem;
    // Deeper than the levels it keeps open, so that it comes back through "..".
    std::vector<std::string> paths{"tree"};
    for (int i = 0; i < 40; ++i) paths.push_back(paths.back() + "/d");
    CHILD_TRY(ensure_directory(user.dir, paths.back(), 0755));
    for (; !paths.empty(); paths.pop_back()) CHILD_TRY(fchmodat(user.dir, paths.back(), 0600));
    CHILD_TRY(remove_tree_at(user.dir, "tree"));
    CHILD_CHECK(!find_status(user.dir, "tree").value());
    return std::string();
  });
}

TEST(RemoveTree, DoesNotOpenUpTheCallersDirectory) {
  const ScratchDir scratch;
  EXPECT_CHILD_PASSES([&] {
    const auto user = become_ordinary(scratch.fd());
    if (!user.problem.empty()) return user.problem;
    CHILD_TRY(ensure_directory(user.dir, "tree", 0755));
    CHILD_TRY(fchmod(user.dir, 0600));
    const auto removed = remove_tree_at(user.dir, "tree");
    CHILD_CHECK(!removed && removed.error().errnum() == EACCES);
    CHILD_CHECK(fstat(user.dir)->permissions == 0600);
    return std::string();
  });
}

TEST(RemoveTree, DoesNotChangeTheModeOfAMount) {
  const ScratchDir scratch;
  EXPECT_CHILD_PASSES([&] {
    if (::geteuid() != 0) return std::string("skip: only root can mount and then be somebody else");
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    // Opened again, in the new mount namespace.
    const auto top = open(scratch.path(), O_RDONLY | O_DIRECTORY).value();
    for (const char* name : {"source", "owned/tree/mounted"}) CHILD_TRY(ensure_directory(top, name, 0755));
    for (const char* name : {"source", "owned/tree"}) CHILD_TRY(fchownat(top, name, 65534, 65534));
    CHILD_TRY(fchmodat(top, "source", 0));
    const auto source = openat(top, "source", O_PATH).value();
    CHILD_TRY(bind_mount(source, openat(top, "owned/tree/mounted", O_PATH).value()));
    const auto user = become_ordinary(top);
    if (!user.problem.empty()) return user.problem;
    const auto removed = remove_tree_at(user.dir, "tree");
    CHILD_CHECK(test::error_of(removed) == "removing 'tree': 'mounted' is a mount point");
    CHILD_CHECK(fstat(source)->permissions == 0);
    return std::string();
  });
}

TEST(RemoveTree, GoesTenThousandLevelsDownWithFewDescriptors) {
  EXPECT_CHILD_PASSES([] {
    const ScratchDir dir(test::Where::memory);
    CHILD_TRY(mkdirat(dir.fd(), "tree", 0700));
    auto current = openat(dir.fd(), "tree", O_PATH).value();
    for (int i = 0; i < 10'000; ++i) {
      CHILD_TRY(mkdirat(current, "level", 0700));
      if (i % 100 == 0) CHILD_TRY(symlinkat("x", current, "a-link"));
      current = openat(current, "level", O_PATH).value();
    }
    current.reset();
    CHILD_TRY(set_resource_limit(RLIMIT_NOFILE, {.soft = 64, .hard = 64}));
    CHILD_TRY(remove_tree_at(dir.fd(), "tree"));
    CHILD_CHECK(!dir.has("tree"));
    return std::string();
  });
}

TEST(RemoveTree, ManySiblingsUnderADeepLevelAllGo) {
  const ScratchDir dir(test::Where::memory);
  std::string path = "tree";
  for (int i = 0; i < 40; ++i) {
    path += "/d";
    dir.mkdir(path);
    for (int j = 0; j < 5; ++j) dir.mkdir(path + fmt::format("/side{}", j));
    dir.write(path + "/f", "");
  }
  const auto before = test::count_open_fds();
  const auto removed = remove_tree_at(dir.fd(), "tree");
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(dir.has("tree"));
  EXPECT_EQ(test::count_open_fds(), before);
}

TEST(RemoveTree, ManyFilesInOneDirectoryAllGo) {
  const ScratchDir dir(test::Where::memory);
  dir.mkdir("tree");
  for (int i = 0; i < 3000; ++i) dir.write(fmt::format("tree/a-file-with-a-name-{}", i), "");
  EXPECT_TRUE(remove_tree_at(dir.fd(), "tree"));
  EXPECT_FALSE(dir.has("tree"));
}

TEST(RemoveTree, DoesNotEnterAMount) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("tree/mounted");
    dir.mkdir("source");
    dir.write("source/precious", "kept");
    const auto source = openat(dir.fd(), "source", O_PATH).value();
    const auto target = openat(dir.fd(), "tree/mounted", O_PATH).value();
    CHILD_TRY(bind_mount(source, target));
    const MountPoint cleanup(dir.path("tree/mounted"));
    const auto removed = remove_tree_at(dir.fd(), "tree");
    CHILD_CHECK(!removed);
    CHILD_CHECK(removed.error().message() == "removing 'tree': 'mounted' is a mount point");
    CHILD_CHECK(dir.read("source/precious") == "kept");
    CHILD_CHECK(!remove_tree_at(openat(dir.fd(), "tree", O_PATH).value(), "mounted"));
    CHILD_CHECK(dir.read("source/precious") == "kept");
    return std::string();
  });
}

TEST(RemoveTree, SurvivesOthersAddingAndSwapping) {
  const ScratchDir dir(test::Where::memory);
  dir.mkdir("outside");
  dir.write("outside/precious", "kept");
  std::atomic<bool> stop = false;
  std::thread busy([&] {
    for (int i = 0; !stop; ++i) {
      (void)ensure_directory(dir.fd(), fmt::format("tree/a/b{}", i % 7), 0755);
      (void)symlinkat("../../outside", dir.fd(), fmt::format("tree/a/l{}", i % 5));
      (void)renameat(dir.fd(), fmt::format("tree/a/l{}", i % 5), dir.fd(), fmt::format("tree/a/b{}", i % 7),
                     RenameMode::exchange);
    }
  });
  for (int i = 0; i < 200; ++i) {
    const auto removed = remove_tree_at(dir.fd(), "tree");
    EXPECT_TRUE(removed || removed.error().errnum() == ENOTEMPTY) << test::error_of(removed);
  }
  stop = true;
  busy.join();
  EXPECT_EQ(dir.read("outside/precious"), "kept");
  EXPECT_TRUE(remove_tree_at(dir.fd(), "tree"));
}

}  // namespace
}  // namespace corten::sys
