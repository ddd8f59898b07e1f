#include "sys/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, ClosesOnceAndPreservesErrno) {
  int raw = -1;
  {
    auto first = open("/dev/null", O_RDONLY).value();
    raw = first.get();
    UniqueFd second(std::move(first));
    EXPECT_EQ(first.get(), -1);  // NOLINT(bugprone-use-after-move): a moved-from UniqueFd owns nothing
    EXPECT_EQ(second.get(), raw);
    errno = ENOTTY;
  }
  EXPECT_EQ(errno, ENOTTY);
  EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, AssignmentClosesWhatItHeld) {
  auto held = open("/dev/null", O_RDONLY).value();
  const int raw = held.get();
  held = open("/dev/zero", O_RDONLY).value();
  EXPECT_NE(held.get(), raw);
  EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, CloseReportsWhatTheKernelSays) {
  auto fd = open("/dev/null", O_RDONLY).value();
  ::close(fd.get());
  const auto closed = fd.close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().errnum(), EBADF);
  EXPECT_TRUE(fd.close()) << "nothing left to close";
}

TEST(Duplicate, IsCloexecAndNoStandardStream) {
  const auto fd = open("/dev/null", O_RDONLY).value();
  const auto copy = duplicate(fd).value();
  EXPECT_GE(copy.get(), 3);
  EXPECT_EQ(::fcntl(copy.get(), F_GETFD), FD_CLOEXEC);
  ASSERT_TRUE(set_on_exec(copy, OnExec::keep));
  EXPECT_EQ(::fcntl(copy.get(), F_GETFD), 0);
  EXPECT_EQ(duplicate(BorrowedFd(-1)).error().errnum(), EBADF);
}

TEST(DescribePath, NamesTheFile) {
  const auto fd = open("/dev/null", O_PATH).value();
  EXPECT_EQ(describe_path(fd).value(), "/dev/null");
  EXPECT_EQ(proc_path(BorrowedFd(7)), "/proc/self/fd/7");
}

class MarkCloexec : public testing::TestWithParam<bool> {};

TEST_P(MarkCloexec, MarksFromTheGivenNumberOn) {
  EXPECT_CHILD_PASSES([] {
    const auto low = open("/dev/null", O_RDONLY).value();
    // Far enough apart, whatever else is open.
    const UniqueFd high(::fcntl(low.get(), F_DUPFD, low.get() + 50));
    CHILD_TRY(set_on_exec(low, OnExec::keep));
    CHILD_CHECK(mark_cloexec_from(low.get() + 1, GetParam()) == 0);
    CHILD_CHECK(::fcntl(low.get(), F_GETFD) == 0);
    CHILD_CHECK(::fcntl(high.get(), F_GETFD) == FD_CLOEXEC);
    return std::string();
  });
}

TEST_P(MarkCloexec, CloseFromClosesFromAGivenNumberOn) {
  EXPECT_CHILD_PASSES([] {
    const UniqueFd low(::fcntl(0, F_DUPFD, 70));
    const UniqueFd next(::fcntl(0, F_DUPFD, low.get() + 1));
    const UniqueFd high(::fcntl(0, F_DUPFD, low.get() + 50));
    CHILD_CHECK(close_from(low.get() + 1, GetParam()) == 0);
    CHILD_CHECK(::fcntl(low.get(), F_GETFD) >= 0);
    CHILD_CHECK(::fcntl(next.get(), F_GETFD) < 0 && ::fcntl(high.get(), F_GETFD) < 0);
    return std::string();
  });
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutCloseRange, MarkCloexec, testing::Bool());

}  // namespace
}  // namespace corten::sys
