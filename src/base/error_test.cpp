#include "base/error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include "base/result.hpp"

namespace corten {
namespace {

TEST(Error, PrintsFramesNewestFirstAndTheCauseLast) {
  auto error = fail_errno(ENOENT, "opening '{}'", "config.json").error().clone();
  error.add_frame("loading bundle 'b1'");
  EXPECT_EQ(error.message(), "loading bundle 'b1': opening 'config.json': No such file or directory");
  EXPECT_EQ(error.kind(), Errc::not_found);
  EXPECT_EQ(error.errnum(), ENOENT);
}

TEST(Error, CloneIsIndependent) {
  const Error error(Errc::internal, "first");
  auto copy = error.clone();
  copy.add_frame("second");
  EXPECT_EQ(error.message(), "first");
  EXPECT_EQ(copy.message(), "second: first");
}

TEST(Error, EveryKindHasItsRow) {
  for (int kind = 0; kind <= static_cast<int>(Errc::internal); ++kind) {
    const auto& info = errc_info(static_cast<Errc>(kind));
    EXPECT_FALSE(info.name.empty());
    EXPECT_GE(info.http_status, 400);
    EXPECT_GE(info.exit_code, 1);
  }
}

TEST(Error, ErrnoDecidesTheKind) {
  EXPECT_EQ(errc_from_errno(EACCES), Errc::permission_denied);
  EXPECT_EQ(errc_from_errno(ENOSPC), Errc::unavailable);
  EXPECT_EQ(errc_from_errno(EIO), Errc::data_loss);
  EXPECT_EQ(errc_from_errno(ENOSYS), Errc::unsupported);
  EXPECT_EQ(errc_from_errno(EEXIST), Errc::already_exists);
  EXPECT_EQ(errc_from_errno(12345), Errc::internal);
}

TEST(Error, UnknownErrnoIsNamedByItsNumber) { EXPECT_EQ(errno_text(12345), "errno 12345"); }

}  // namespace
}  // namespace corten
