#include "base/result.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace corten {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(Errc::invalid_argument, "'{}' is odd", value);
  return value / 2;
}

Result<int> quarter(int value) {
  const int once = TRY(half(value));
  return TRY_CTX(half(once), "halving {} again", once);
}

Result<> check_quarter(int value) {
  TRY(quarter(value));
  return {};
}

Result<std::unique_ptr<int>> boxed(int value) { return std::make_unique<int>(value); }

Result<int> unboxed(int value) {
  const auto box = TRY(boxed(value));
  return *box;
}

TEST(Result, IsTwoWordsWide) { EXPECT_EQ(sizeof(Result<int>), 16U); }

TEST(Result, TryGivesTheValue) { EXPECT_EQ(quarter(12).value(), 3); }

TEST(Result, TryMovesMoveOnlyValues) { EXPECT_EQ(unboxed(7).value(), 7); }

TEST(Result, TryReturnsTheErrorUnchanged) {
  const auto result = quarter(3);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), Errc::invalid_argument);
  EXPECT_EQ(result.error().message(), "'3' is odd");
}

TEST(Result, TryCtxAddsAFrame) { EXPECT_EQ(quarter(6).error().message(), "halving 3 again: '3' is odd"); }

TEST(Result, TryWorksAsAStatement) {
  EXPECT_TRUE(check_quarter(8));
  EXPECT_EQ(check_quarter(6).error().frames().size(), 2U);
}

TEST(Result, HintStaysWithTheError) {
  const std::unexpected<Error> failure = with_hint(fail(Errc::not_found, "no tool"), "install '{}'", "nft");
  EXPECT_EQ(failure.error().hint(), "install 'nft'");
  EXPECT_EQ(failure.error().message(), "no tool");
}

}  // namespace
}  // namespace corten
