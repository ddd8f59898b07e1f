#include "runtime/ps.hpp"

#include <gtest/gtest.h>

namespace corten::runtime {
namespace {

TEST(Ps, KeepsTheHeadingAndTheLinesOfThoseProcesses) {
  constexpr std::string_view kOutput =
      "UID          PID    PPID  C STIME TTY          TIME CMD\n"
      "root           1       0  0 Jan01 ?        00:00:01 init 12\n"
      "root          12       1  0 Jan01 ?        00:00:00 sh -c a  b\n"
      "root         112       1  0 Jan01 ?        00:00:00 12\n";
  const auto text = select_processes(kOutput, {12, 13});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "UID          PID    PPID  C STIME TTY          TIME CMD\n"
            "root          12       1  0 Jan01 ?        00:00:00 sh -c a  b\n");
}

TEST(Ps, AHeadingWithoutPidIsRefused) {
  const auto text = select_processes("CMD\ninit\n", {1});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind(), Errc::unsupported);
  EXPECT_FALSE(select_processes("", {1}));
}

}  // namespace
}  // namespace corten::runtime
