#include "sys/procfs.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include "sys/file.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::enter_private_mounts;
using test::run_in_child;

TEST(Procfs, ReadsAndWritesOurOwnFiles) {
  EXPECT_CHILD_PASSES([]() -> std::string {
    const auto procfs = Procfs::open();
    CHILD_TRY(procfs);
    CHILD_TRY(procfs->write_self("comm", "renamed"));
    const auto fd = procfs->open_self("comm", O_RDONLY);
    CHILD_TRY(fd);
    const auto text = read_all(*fd, 100);
    CHILD_TRY(text);
    CHILD_CHECK(*text == "renamed\n");
    return {};
  });
}

TEST(Procfs, RefusesWhatIsMountedOverAFile) {
  EXPECT_CHILD_PASSES([]() -> std::string {
    if (auto why = enter_private_mounts(); !why.empty()) return why;
    const auto procfs = Procfs::open();
    CHILD_TRY(procfs);
    CHILD_CHECK(::mount("/proc/version", "/proc/self/comm", nullptr, MS_BIND, nullptr) == 0);
    CHILD_CHECK(!procfs->open_self("comm", O_RDONLY));
    return {};
  });
}

TEST(Procfs, RefusesWhatIsMountedOverAFileWithoutOpenat2) {
  EXPECT_CHILD_PASSES([]() -> std::string {
    if (auto why = enter_private_mounts(); !why.empty()) return why;
    if (auto why = test::deny_system_calls({437}, ENOSYS); !why.empty()) return why;
    const auto procfs = Procfs::open();
    CHILD_TRY(procfs);
    CHILD_TRY(procfs->open("sys/kernel/ostype", O_RDONLY));
    CHILD_CHECK(::mount("/proc/version", "/proc/self/comm", nullptr, MS_BIND, nullptr) == 0);
    CHILD_CHECK(!procfs->open_self("comm", O_RDONLY));
    return {};
  });
}

TEST(Procfs, SurvivesAnotherMountOnProc) {
  EXPECT_CHILD_PASSES([]() -> std::string {
    if (auto why = enter_private_mounts(); !why.empty()) return why;
    const auto procfs = Procfs::open();
    CHILD_TRY(procfs);
    CHILD_CHECK(::mount("tmpfs", "/proc", "tmpfs", 0, nullptr) == 0);
    CHILD_CHECK(!Procfs::open());
    CHILD_TRY(procfs->open_self("comm", O_RDONLY));
    return {};
  });
}

}  // namespace
}  // namespace corten::sys
