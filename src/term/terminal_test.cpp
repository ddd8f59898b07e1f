#include "term/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "term/pty_for_test.hpp"

namespace corten::term {
namespace {

TEST(Colour, FollowsTheEnvironment) {
  EXPECT_TRUE(wants_colour(true, {.no_colour = {}, .force_colour = {}, .clicolour = {}, .term = "xterm"}));
  EXPECT_FALSE(wants_colour(false, {.no_colour = {}, .force_colour = {}, .clicolour = {}, .term = "xterm"}));
  EXPECT_FALSE(wants_colour(true, {.no_colour = "1", .force_colour = {}, .clicolour = {}, .term = "xterm"}));
  EXPECT_TRUE(wants_colour(true, {.no_colour = "", .force_colour = {}, .clicolour = {}, .term = "xterm"}));
  EXPECT_FALSE(wants_colour(true, {.no_colour = {}, .force_colour = {}, .clicolour = {}, .term = "dumb"}));
  EXPECT_FALSE(wants_colour(true, {.no_colour = {}, .force_colour = {}, .clicolour = "0", .term = "xterm"}));
  EXPECT_TRUE(wants_colour(false, {.no_colour = {}, .force_colour = "1", .clicolour = {}, .term = "dumb"}));
  EXPECT_FALSE(wants_colour(false, {.no_colour = {}, .force_colour = "0", .clicolour = {}, .term = {}}));
  EXPECT_FALSE(wants_colour(true, {.no_colour = "1", .force_colour = "1", .clicolour = {}, .term = {}}));
}

TEST(Terminal, TellsTerminalsFromFiles) {
  const int file = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_FALSE(is_terminal(file));
  EXPECT_GT(terminal_size(file).columns, 0U);
  ::close(file);
  Pty pty;
  if (!pty.is_open()) GTEST_SKIP() << "no pseudo-terminals here";
  EXPECT_TRUE(is_terminal(pty.terminal()));
}

TEST(Terminal, SeesAResize) {
  Pty pty;
  if (!pty.is_open()) GTEST_SKIP() << "no pseudo-terminals here";
  pty.resize(50, 10);
  EXPECT_EQ(terminal_size(pty.terminal()).columns, 50U);
  EXPECT_EQ(terminal_size(pty.terminal()).rows, 10U);
  pty.resize(40, 10);
  EXPECT_EQ(terminal_size(pty.terminal()).columns, 40U);
}

TEST(DescriptorSink, WritesAllAndReportsFailure) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  DescriptorSink sink(ends[1]);
  EXPECT_TRUE(sink.write(as_bytes("hello")));
  char buffer[8] = {};
  EXPECT_EQ(::read(ends[0], buffer, sizeof buffer), 5);
  ::close(ends[0]);
  ::close(ends[1]);
  const auto failed = sink.write(as_bytes("x"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().errnum(), EBADF);
}

}  // namespace
}  // namespace corten::term
