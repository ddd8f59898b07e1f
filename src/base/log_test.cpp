#include "base/log.hpp"

#include <gtest/gtest.h>

#include "base/scope_exit.hpp"

namespace corten {
namespace {

TEST(Log, ReadsDockersLevelNames) {
  EXPECT_EQ(log::parse_level("warn").value(), log::Level::warning);
  EXPECT_EQ(log::parse_level("DEBUG").value(), log::Level::debug);
  EXPECT_EQ(log::parse_level("loud").error().message(), "unknown log level 'loud'");
}

TEST(Log, WritesPrintableLinesFromItsLevelUp) {
  const ScopeExit restore([] { log::set_level(log::Level::warning); });
  log::set_level(log::Level::info);
  testing::internal::CaptureStderr();
  log::debug("hidden {}", 1);
  log::info("pulled {}", "a\x1b[2J");
  log::error("failed");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "info: pulled a\\x1b[2J\nerror: failed\n");
}

}  // namespace
}  // namespace corten
