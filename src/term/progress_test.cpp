#include "term/progress.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "term/golden.hpp"
#include "term/progress_for_test.hpp"
#include "term/progress_renderer.hpp"

namespace corten::term {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMega = 1'000'000;

// A pull of two layers and a build of three steps, as the golden files show them in each form.
void tell_a_story(ProgressRig& rig) {
  auto& progress = *rig.progress;
  progress.message("Pulling from library/python");
  progress.add_item("1a2b", {.total_bytes = 100 * kMega});
  progress.add_item("3c4d");
  progress.finish_item("3c4d", "Already exists");
  progress.set_phase("1a2b", "Downloading");
  for (std::uint64_t i = 1; i <= 10; ++i) {
    rig.time.advance(1s);
    progress.set_bytes("1a2b", i * 10 * kMega);
  }
  progress.set_phase("1a2b", "Extracting");
  progress.finish_item("1a2b", "Pull complete");
  progress.start_step("a", "[1/3] FROM python:3.12");
  progress.finish_step("a", StepOutcome::cached);
  progress.start_step("b", "[2/3] RUN pip install torch");
  rig.time.advance(532ms);
  progress.log_step("b", "Collecting torch\nDownloading 10%\rDownloading 100%\n");
  rig.time.advance(70s);
  progress.finish_step("b");
  progress.start_step("c", "[3/3] RUN false");
  progress.log_step("c", "no \x1b[31mluck");
  progress.finish_step("c", StepOutcome::failed);
  progress.finish();
}

TEST(ProgressMode, IsReadFromTheFlag) {
  EXPECT_EQ(parse_progress_mode("auto").value(), ProgressMode::automatic);
  EXPECT_EQ(parse_progress_mode("json").value(), ProgressMode::json);
  const auto wrong = parse_progress_mode("fancy");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message(), "unknown progress mode 'fancy'");
  EXPECT_EQ(wrong.error().hint(), "use auto, tty, plain or json");
}

TEST(PlainProgress, WritesALinePerChange) {
  ProgressRig rig(ProgressMode::plain);
  tell_a_story(rig);
  expect_golden("progress/plain.txt", rig.out);
}

TEST(PlainProgress, ThrottlesPercentages) {
  ProgressRig rig(ProgressMode::plain);
  rig.progress->add_item("a", {.total_bytes = 1000, .phase = "Downloading"});
  for (std::uint64_t i = 0; i < 1000; ++i) {
    rig.time.advance(1ms);
    rig.progress->set_bytes("a", i);
  }
  EXPECT_EQ(rig.out, "a: Downloading\n");  // one second: too soon for a second line
  rig.time.advance(1s);
  rig.progress->set_bytes("a", 999);
  EXPECT_EQ(rig.out, "a: Downloading\na: Downloading 999B / 1kB (99%)\n");
  rig.time.advance(10s);
  rig.progress->set_bytes("a", 1000);
  EXPECT_EQ(split(rig.out, '\n').size(), 3U);
}

TEST(JsonProgress, WritesTheDocumentedObjects) {
  ProgressRig rig(ProgressMode::json);
  tell_a_story(rig);
  expect_golden("progress/json.txt", rig.out);
  for (const auto line : split(trim(rig.out), '\n')) {
    const auto object = parse_json(line, "line");
    ASSERT_TRUE(object) << line;
    EXPECT_TRUE(object->contains("time") && object->contains("type")) << line;
  }
}

TEST(JsonProgress, TellsBytesAtMostTenTimesASecond) {
  ProgressRig rig(ProgressMode::json);
  rig.progress->add_item("a", {.total_bytes = 1000});
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    rig.time.advance(1ms);
    rig.progress->set_bytes("a", i);
  }
  EXPECT_EQ(split(trim(rig.out), '\n').size(), 11U);
}

TEST(Progress, IgnoresNewsOfWhatIsFinished) {
  ProgressRig rig(ProgressMode::plain);
  rig.progress->finish_item("a", "Done");
  rig.progress->set_phase("a", "Again");
  rig.progress->set_bytes("a", 5);
  rig.progress->finish_item("a", "Twice");
  rig.progress->start_step("s", "step");
  rig.progress->finish_step("s", StepOutcome::canceled);
  rig.progress->finish_step("s");
  rig.progress->log_step("s", "late");
  rig.progress->log_step("unknown", "x");
  EXPECT_EQ(rig.out, "a: Waiting\na: Done\n#1 step\n#1 CANCELED 0.0s\n");
  rig.progress->finish();
  rig.progress->message("after the end");
  EXPECT_EQ(rig.out, "a: Waiting\na: Done\n#1 step\n#1 CANCELED 0.0s\n");
}

TEST(Progress, GoesOnWhenTheOutputIsGone) {
  std::string out;
  const auto progress = create_progress_on(ProgressMode::plain, std::make_unique<TextSink>(out, true),
                                           [] { return TerminalSize{}; }, {});
  progress->message("one");
  progress->message("two");
  EXPECT_EQ(out, "");
}

TEST(Progress, TakesNewsFromManyThreads) {
  std::string out;
  {
    const auto progress = create_progress_on(ProgressMode::tty, std::make_unique<TextSink>(out),
                                             [] { return TerminalSize{}; }, {.colour = true, .ticker = true});
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 8; ++worker) {
      workers.emplace_back([&progress, worker] {
        const auto id = std::to_string(worker);
        progress->add_item(id, {.total_bytes = 200});
        for (std::uint64_t i = 0; i < 200; ++i) progress->set_bytes(id, i);
        progress->start_step("s" + id, "step");
        progress->log_step("s" + id, "line");
        progress->finish_step("s" + id);
        progress->finish_item(id);
      });
    }
  }
  for (int worker = 0; worker < 8; ++worker) {
    EXPECT_NE(out.find(std::to_string(worker) + ": Done"), std::string::npos);
  }
  EXPECT_TRUE(out.ends_with(kRestoreCursor));
}

TEST(Progress, SilentSaysNothingAndTakesEverything) {
  const auto progress = create_silent_progress();
  progress->set_bytes("a", 1);
  progress->start_step("s", "step");
  progress->finish_step("s");
  progress->finish();
}

TEST(Rate, AveragesAndForgets) {
  RateMeter rate;
  rate.start(0s, 0);
  rate.update(100ms, 50);
  EXPECT_EQ(rate.bytes_per_second(), 0);  // too soon to tell
  rate.update(1s, 1000);
  EXPECT_DOUBLE_EQ(rate.bytes_per_second(), 1000);
  for (int i = 2; i < 30; ++i) rate.update(std::chrono::seconds(i), 1000);
  EXPECT_LT(rate.bytes_per_second(), 1);  // a stall shows
  rate.update(31s, 10);                   // a retry from the beginning
  EXPECT_EQ(rate.bytes_per_second(), 0);
}

}  // namespace
}  // namespace corten::term
