#include "sys/temp.hpp"

#include <fcntl.h>

#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;
using namespace std::chrono_literals;

std::size_t entries_in(const ScratchDir& dir) { return read_directory(dir.fd()).value().size(); }

TEST(TempDir, IsRemovedWithItsContentWhenDropped) {
  const ScratchDir dir;
  {
    const auto temp = TempDir::create(dir.fd(), "unpack-").value();
    ASSERT_TRUE(mkdirat(temp.fd(), "sub", 0755));
    EXPECT_TRUE(temp.name().starts_with("unpack-"));
    EXPECT_EQ(entries_in(dir), 1U);
    EXPECT_EQ(fstat(temp.fd()).value().permissions, 0700U);
  }
  EXPECT_EQ(entries_in(dir), 0U);
}

TEST(TempDir, GetsItsNameOnlyIfThatIsFree) {
  const ScratchDir dir;
  auto first = TempDir::create(dir.fd(), "t-").value();
  ASSERT_TRUE(std::move(first).persist(dir.fd(), "final"));
  {
    auto second = TempDir::create(dir.fd(), "t-").value();
    EXPECT_EQ(std::move(second).persist(dir.fd(), "final").error().kind(), Errc::already_exists);
  }
  EXPECT_EQ(entries_in(dir), 1U);
  auto third = TempDir::create(dir.fd(), "t-").value();
  ASSERT_TRUE(mkdirat(third.fd(), "mark", 0755));
  ASSERT_TRUE(std::move(third).persist(dir.fd(), "final", RenameMode::exchange));
  EXPECT_TRUE(dir.has("final/mark"));
  EXPECT_EQ(entries_in(dir), 1U) << "what was exchanged is gone";
}

TEST(TempDir, MovesWithoutRemovingAndReportsRemoval) {
  const ScratchDir dir;
  auto a = TempDir::create(dir.fd(), "a-").value();
  auto b = TempDir::create(dir.fd(), "b-").value();
  a = std::move(b);
  EXPECT_EQ(entries_in(dir), 1U);
  EXPECT_TRUE(std::move(a).remove());
  EXPECT_EQ(entries_in(dir), 0U);
}

class TempFiles : public testing::TestWithParam<bool> {
 protected:
  Kernel kernel() const { return {.tmpfile = GetParam()}; }
};

TEST_P(TempFiles, AppearWholeOrNotAtAll) {
  const ScratchDir dir;
  {
    const auto dropped = TempFile::create(dir.fd(), "t-", 0600, kernel()).value();
    ASSERT_TRUE(write_all(dropped.fd(), as_bytes("half")));
  }
  EXPECT_EQ(entries_in(dir), 0U);
  auto file = TempFile::create(dir.fd(), "t-", 0600, kernel()).value();
  ASSERT_TRUE(write_all(file.fd(), as_bytes("whole")));
  EXPECT_FALSE(dir.has("name"));
  ASSERT_TRUE(std::move(file).persist("name", RenameMode::no_replace));
  EXPECT_EQ(dir.read("name"), "whole");
  EXPECT_EQ(entries_in(dir), 1U);
}

TEST_P(TempFiles, ReplaceOnlyOnRequest) {
  const ScratchDir dir;
  dir.write("name", "old");
  {
    auto file = TempFile::create(dir.fd(), "t-", 0600, kernel()).value();
    EXPECT_EQ(std::move(file).persist("name", RenameMode::no_replace).error().kind(), Errc::already_exists);
  }
  auto file = TempFile::create(dir.fd(), "t-", 0600, kernel()).value();
  ASSERT_TRUE(write_all(file.fd(), as_bytes("new")));
  ASSERT_TRUE(std::move(file).persist("name", RenameMode::replace));
  EXPECT_EQ(dir.read("name"), "new");
  EXPECT_EQ(entries_in(dir), 1U);
}

INSTANTIATE_TEST_SUITE_P(UnnamedAndNamed, TempFiles, testing::Bool());

TEST(FileLock, ExcludesWithinOneProcessToo) {
  const ScratchDir dir;
  {
    const auto held = FileLock::acquire(dir.fd(), "lock", LockMode::exclusive).value();
    EXPECT_FALSE(FileLock::try_acquire(dir.fd(), "lock", LockMode::exclusive).value());
    EXPECT_FALSE(FileLock::try_acquire(dir.fd(), "lock", LockMode::shared).value());
    const auto waited = FileLock::acquire(dir.fd(), "lock", LockMode::shared, 20ms);
    EXPECT_EQ(waited.error().kind(), Errc::unavailable);
    EXPECT_EQ(waited.error().message(), "'lock' is locked by another process (waited 20 ms)");
  }
  EXPECT_TRUE(FileLock::try_acquire(dir.fd(), "lock", LockMode::exclusive).value());
}

TEST(FileLock, SharesAmongReadersEvenOfAReadOnlyFile) {
  const ScratchDir dir;
  dir.write("lock", "");
  ASSERT_TRUE(fchmodat(dir.fd(), "lock", 0444));
  const auto first = FileLock::acquire(dir.fd(), "lock", LockMode::shared).value();
  EXPECT_TRUE(FileLock::try_acquire(dir.fd(), "lock", LockMode::shared).value());
}

TEST(FileLock, NeverHoldsAFileThatWasRemoved) {
  const ScratchDir dir;
  auto held = FileLock::try_acquire(dir.fd(), "lock", LockMode::exclusive).value();
  ASSERT_TRUE(unlinkat(dir.fd(), "lock"));
  const auto again = FileLock::acquire(dir.fd(), "lock", LockMode::exclusive, 1s);
  ASSERT_TRUE(again);
  EXPECT_TRUE(dir.has("lock"));
}

TEST(FileLock, FollowsNoSymlink) {
  const ScratchDir dir;
  dir.symlink("elsewhere", "lock");
  EXPECT_FALSE(FileLock::try_acquire(dir.fd(), "lock", LockMode::exclusive));
  EXPECT_FALSE(dir.has("elsewhere"));
}

}  // namespace
}  // namespace corten::sys
