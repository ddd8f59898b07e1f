#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/log_observer.hpp"
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

TEST(Log, AnObserverGetsWhatIsWritten) {
  std::vector<std::string> seen;
  const ScopeExit restore([] { log::set_observer({}); });
  log::set_observer([&](log::Level, std::string_view text) { seen.emplace_back(text); });
  testing::internal::CaptureStderr();
  log::debug("hidden");
  log::warning("shown\n");
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(seen, std::vector<std::string>{"shown\\n"});
}

}  // namespace
}  // namespace corten
