#include <algorithm>
#include <charconv>
#include <thread>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "term/golden.hpp"
#include "term/progress_for_test.hpp"
#include "term/progress_line.hpp"
#include "term/pty_for_test.hpp"
#include "term/utf8.hpp"
#include "term/width.hpp"

namespace corten::term {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMega = 1'000'000;

// What a terminal of these columns shows after the bytes: enough of ECMA-48 for our own renderer, and a
// failure on anything else. Writing past the last column is a failure too: no live line may wrap.
class Screen {
 public:
  explicit Screen(std::size_t columns) : columns_(columns) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      if (bytes[0] == '\r') {
        column_ = 0;
        bytes.remove_prefix(1);
      } else if (bytes[0] == '\n') {
        ++row_;
        bytes.remove_prefix(1);
      } else if (bytes[0] == '\x1b') {
        bytes.remove_prefix(control(bytes));
      } else {
        const auto point = decode_code_point(bytes);
        ASSERT_GE(point.value, U' ');
        put(bytes.substr(0, point.bytes));
        bytes.remove_prefix(point.bytes);
      }
    }
  }

  std::string text() const {
    std::string out;
    for (const auto& line : lines_) {
      std::string shown;
      for (const auto& cell : line) shown += cell.empty() ? " " : cell == kRightHalf ? "" : cell;
      shown.erase(shown.find_last_not_of(' ') + 1);
      out += shown + '\n';
    }
    while (out.ends_with("\n\n")) out.pop_back();
    return out;
  }

  bool cursor_visible() const { return cursor_visible_; }
  std::size_t widest() const { return widest_; }

 private:
  void put(std::string_view text) {
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
    auto& line = lines_[row_];
    if (line.size() <= column_) line.resize(column_ + 1);
    line[column_] = text;
    const auto width = display_width(text);
    if (width == 2) {
      line.resize(std::max(line.size(), column_ + 2));
      line[column_ + 1] = kRightHalf;
    }
    column_ += width;
    widest_ = std::max(widest_, column_);
    ASSERT_LE(column_, columns_) << "a line is too wide";
  }

  std::size_t control(std::string_view bytes) {
    const auto end = bytes.find_first_not_of("0123456789;?", 2);
    EXPECT_NE(end, std::string_view::npos);
    if (end == std::string_view::npos) return bytes.size();
    const auto argument = bytes.substr(2, end - 2);
    std::size_t number = 1;
    std::from_chars(argument.data(), argument.data() + argument.size(), number);
    switch (bytes[end]) {
      case 'A':
        EXPECT_LE(number, row_) << "moves above the first row";
        row_ -= std::min(number, row_);
        break;
      case 'K':
        if (row_ < lines_.size() && column_ < lines_[row_].size()) lines_[row_].resize(column_);
        break;
      case 'J':
        if (row_ < lines_.size()) lines_.resize(row_);
        break;
      case 'h':
      case 'l':
        EXPECT_EQ(argument, "?25");
        cursor_visible_ = bytes[end] == 'h';
        break;
      case 'm':
        break;
      default:
        ADD_FAILURE() << "unexpected control sequence " << printable(bytes.substr(0, end + 1));
    }
    return end + 1;
  }

  // The second column of a wide character.
  static constexpr const char* kRightHalf = "\x01";

  std::size_t columns_;
  std::vector<std::vector<std::string>> lines_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::size_t widest_ = 0;
  bool cursor_visible_ = true;
};

std::string screen_of(const ProgressRig& rig) {
  Screen screen(rig.size.columns);
  screen.feed(rig.out);
  return screen.text();
}

void draw_now(ProgressRig& rig) {
  rig.time.advance(100ms);
  rig.progress->tick();
}

TEST(Bar, FillsWithThePercentage) {
  EXPECT_EQ(bar_text(0, 12), "[>         ]");
  EXPECT_EQ(bar_text(50, 12), "[=====>    ]");
  EXPECT_EQ(bar_text(100, 12), "[==========]");
  EXPECT_EQ(bar_text(250, 12), "[==========]");
  EXPECT_EQ(bar_text(50, 0), "[>]");
}

TEST(ItemLine, LeavesOutWhatDoesNotFit) {
  ProgressItem item{.id = "a",
                    .label = "1a2b3c4d",
                    .phase = "Downloading",
                    .done_bytes = 50 * kMega,
                    .total_bytes = 100 * kMega};
  item.rate.start(0s, 0);
  item.rate.update(5s, 50 * kMega);
  const Style plain(false);
  std::string shown;
  for (const std::size_t columns : {100U, 80U, 60U, 50U, 40U, 24U, 10U, 1U}) {
    const auto line = item_line(item, {.columns = columns, .label = 8, .phase = 11}, plain);
    EXPECT_LE(display_width(line), columns);
    EXPECT_EQ(display_width(item_line(item, {.columns = columns, .label = 8, .phase = 11}, Style(true))),
              display_width(line));
    shown += fmt::format("{:3}|{}\n", columns, line);
  }
  expect_golden("progress/item_lines.txt", shown);
}

TEST(TtyProgress, RedrawsInPlace) {
  ProgressRig rig(ProgressMode::tty);
  std::string screens;
  const auto look = [&](std::string_view what) {
    draw_now(rig);
    screens += fmt::format("--- {}\n{}", what, screen_of(rig));
  };
  auto& progress = *rig.progress;
  progress.message("Pulling from library/python");
  progress.add_item("1a2b", {.total_bytes = 100 * kMega});
  progress.add_item("3c4d5e6f");
  look("two layers wait");
  progress.set_phase("1a2b", "Downloading");
  rig.time.advance(2s);
  progress.set_bytes("1a2b", 30 * kMega);
  look("one is loading");
  progress.finish_item("3c4d5e6f", "Already exists");
  look("the other was here");
  progress.finish_item("1a2b", "Pull complete");
  progress.start_step("b", "[2/3] RUN pip install torch");
  progress.log_step("b", "Collecting torch");
  look("a step runs");
  rig.time.advance(61s);
  progress.finish_step("b", StepOutcome::failed);
  progress.finish();
  look("it fails and shows its log");
  expect_golden("progress/tty_screens.txt", screens);
}

TEST(TtyProgress, DrawsAtMostTenTimesASecond) {
  ProgressRig rig(ProgressMode::tty);
  rig.progress->add_item("a", {.total_bytes = 1000});
  const auto first = rig.out.size();
  for (std::uint64_t i = 0; i < 99; ++i) {
    rig.time.advance(1ms);
    rig.progress->set_bytes("a", i);
    rig.progress->tick();
  }
  EXPECT_EQ(rig.out.size(), first);
  rig.time.advance(1ms);
  rig.progress->set_bytes("a", 100);
  EXPECT_GT(rig.out.size(), first);
}

TEST(TtyProgress, WritesNothingWhenNothingIsOpen) {
  ProgressRig rig(ProgressMode::tty);
  rig.progress->finish_item("a");
  draw_now(rig);
  const auto size = rig.out.size();
  draw_now(rig);
  draw_now(rig);
  EXPECT_EQ(rig.out.size(), size);
}

TEST(TtyProgress, LeavesAnUntouchedTerminalAlone) {
  ProgressRig rig(ProgressMode::tty);
  rig.progress->tick();
  rig.progress->finish();
  EXPECT_EQ(rig.out, "");
}

TEST(TtyProgress, SummarisesWhatDoesNotFit) {
  ProgressRig rig(ProgressMode::tty);
  rig.size = {.columns = 60, .rows = 6};
  for (int i = 0; i < 20; ++i) rig.progress->add_item(fmt::format("layer{:02}", i), {.total_bytes = 1000});
  rig.progress->set_phase("layer19", "Downloading");
  rig.progress->set_bytes("layer19", 500);
  draw_now(rig);
  expect_golden("progress/tty_many.txt", screen_of(rig));
}

TEST(TtyProgress, FollowsTheWidthOfTheTerminal) {
  ProgressRig rig(ProgressMode::tty, true);
  rig.progress->add_item("a-rather-long-label-of-a-layer-that-goes-on", {.total_bytes = 1000});
  rig.progress->start_step("s", "[1/1] RUN " + std::string(200, 'x'));
  rig.progress->log_step("s", std::string(200, 'y'));
  for (const std::size_t columns : {80U, 40U, 20U, 5U, 2U, 1U}) {
    rig.size.columns = columns;
    rig.out.clear();
    draw_now(rig);
    // The frame begins by moving up over rows that a narrower terminal has wrapped.
    const auto frame = rig.out.substr(rig.out.find('A') + 1);
    Screen screen(std::max<std::size_t>(columns, 2));
    screen.feed(frame);
    EXPECT_LT(screen.widest(), std::max<std::size_t>(columns, 2)) << columns;
  }
}

TEST(TtyProgress, CountsTheRowsThatAResizeHasWrapped) {
  ProgressRig rig(ProgressMode::tty);
  rig.progress->start_step("s", std::string(200, 'x'));  // a line of 79 columns
  rig.size.columns = 40;
  rig.out.clear();
  draw_now(rig);
  EXPECT_TRUE(rig.out.starts_with("\r\x1b[2A")) << printable(rig.out);
}

TEST(TtyProgress, ShowsHostileTextHarmlessly) {
  ProgressRig rig(ProgressMode::tty);
  rig.progress->add_item("a\x1b[2J\n");
  rig.progress->start_step("s", "x\x1b[1;1H");
  rig.progress->log_step("s", "y\x1b]0;title\x07\xff");
  rig.progress->message("m\x1b[8m");
  draw_now(rig);
  const auto text = screen_of(rig);
  EXPECT_NE(text.find("a\\x1b[2J\\n"), std::string::npos);
  EXPECT_NE(text.find("y\\x1b]0;title\\x07\\xff"), std::string::npos);
}

TEST(TtyProgress, WorksOnAPseudoTerminal) {
  Pty pty;
  if (!pty.is_open()) GTEST_SKIP() << "no pseudo-terminals here";
  pty.resize(50, 12);
  Screen screen(50);
  {
    const auto progress =
        create_progress(ProgressMode::tty, pty.terminal(), {.colour = true, .ticker = true});
    progress->add_item("1a2b", {.label = "layer \u65e5\u672c\u8a9e", .total_bytes = 100 * kMega});
    progress->set_phase("1a2b", "Downloading");
    progress->set_bytes("1a2b", 20 * kMega);
    progress->start_step("s", "[1/1] RUN " + std::string(100, 'x'));
    progress->log_step("s", std::string(100, 'y'));
    // Until the ticker has drawn; on a busy machine that takes a while.
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (screen.text().find("20MB / 100MB") == std::string::npos &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(20ms);
      screen.feed(pty.read_all());
    }
    EXPECT_FALSE(screen.cursor_visible());
    EXPECT_NE(screen.text().find("20MB / 100MB"), std::string::npos) << screen.text();
    progress->finish_step("s");
    progress->finish_item("1a2b", "Pull complete");
  }
  screen.feed(pty.read_all());
  EXPECT_TRUE(screen.cursor_visible());
  EXPECT_LT(screen.widest(), 50U);
  EXPECT_NE(screen.text().find("layer \u65e5\u672c\u8a9e: Pull complete"), std::string::npos)
      << screen.text();
}

TEST(TtyProgress, AutomaticIsPlainOffATerminal) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  {
    const auto progress = create_progress(ProgressMode::automatic, ends[1]);
    progress->finish_item("a", "Done");
  }
  char buffer[256];
  const auto got = ::read(ends[0], buffer, sizeof buffer);
  ASSERT_GT(got, 0);
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(got)), "a: Waiting\na: Done\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace corten::term
