#include "cli/binding.hpp"

#include <gtest/gtest.h>

namespace corten::cli {
namespace {

struct Options {
  bool on = false;
  std::optional<bool> maybe;
  std::string text;
  std::vector<std::int64_t> numbers;
  log::Level level = log::Level::warning;
};

TEST(Binding, KindFollowsFromTheMember) {
  EXPECT_EQ(bind<&Options::on>().kind, Binding::Kind::boolean);
  EXPECT_EQ(bind<&Options::maybe>().kind, Binding::Kind::boolean);
  EXPECT_EQ(bind<&Options::text>().kind, Binding::Kind::single);
  EXPECT_EQ(bind<&Options::level>().kind, Binding::Kind::single);
  EXPECT_EQ(bind<&Options::numbers>().kind, Binding::Kind::list);
}

TEST(Binding, AssignsTheMember) {
  Options options;
  EXPECT_TRUE(bind<&Options::on>().assign(&options, "true", ""));
  EXPECT_TRUE(bind<&Options::maybe>().assign(&options, "F", ""));
  EXPECT_TRUE(bind<&Options::text>().assign(&options, "x y", ""));
  EXPECT_TRUE(bind<&Options::numbers>().assign(&options, "-4", ""));
  EXPECT_TRUE(bind<&Options::numbers>().assign(&options, "5", ""));
  EXPECT_TRUE(bind<&Options::level>().assign(&options, "debug", ""));
  EXPECT_TRUE(options.on);
  EXPECT_EQ(options.maybe, false);
  EXPECT_EQ(options.text, "x y");
  EXPECT_EQ(options.numbers, (std::vector<std::int64_t>{-4, 5}));
  EXPECT_EQ(options.level, log::Level::debug);
}

TEST(Binding, SmallNumbersHaveALimit) {
  std::uint32_t value = 7;
  EXPECT_TRUE(assign_value(value, "4294967295", "--fds"));
  EXPECT_EQ(value, 4294967295U);
  const auto big = assign_value(value, "4294967296", "--fds");
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().message(), "--fds: at most 4294967295, found '4294967296'");
  EXPECT_FALSE(assign_value(value, "-1", "--fds"));
}

TEST(Binding, ErrorsBeginWithWhatTheyAreAbout) {
  Options options;
  const auto number = bind<&Options::numbers>().assign(&options, "four", "--number");
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().message(), "--number: expected a whole number, found 'four'");
  const auto level = bind<&Options::level>().assign(&options, "loud", "--log-level");
  ASSERT_FALSE(level);
  EXPECT_EQ(level.error().message(), "--log-level: unknown log level 'loud'");
}

}  // namespace
}  // namespace corten::cli
