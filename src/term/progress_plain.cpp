#include <map>

#include <fmt/core.h>

#include "base/strings.hpp"
#include "term/progress_renderer.hpp"
#include "term/style.hpp"

namespace corten::term {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kQuiet = std::chrono::seconds(2);
constexpr unsigned kPercentStep = 10;

class PlainRenderer : public ProgressRenderer {
 public:
  PlainRenderer(std::unique_ptr<Sink> out, ProgressClock clock)
      : out_(std::move(out)), clock_(std::move(clock)) {}

  nanoseconds now() const override { return clock_.monotonic(); }

  void item_changed(const ProgressItem& item, ItemChange change) override {
    if (change == ItemChange::bytes) {
      write_bytes(item);
      return;
    }
    line(fmt::format("{}: {}", item.label, item.phase));
    if (change == ItemChange::finished) {
      said_.erase(item.id);
    } else {
      said_[item.id] = {.time = now(), .percent = 0};
    }
  }

  void step_started(const ProgressStep& step) override {
    line(fmt::format("#{} {}", step.number, step.label));
  }

  void step_logged(const ProgressStep& step, std::string_view text) override {
    const auto seconds = std::chrono::duration<double>(now() - step.started).count();
    line(fmt::format("#{} {:.3f} {}", step.number, seconds, text));
  }

  void step_finished(const ProgressStep& step) override {
    const auto outcome = to_upper(to_string(*step.outcome));
    const auto took = *step.outcome == StepOutcome::cached ? "" : " " + format_elapsed(step.duration);
    line(fmt::format("#{} {}{}", step.number, outcome, took));
  }

  void message(std::string_view text) override { line(text); }

 private:
  struct Said {
    nanoseconds time{};
    unsigned percent = 0;
  };

  void line(std::string_view text) { out_.write(std::string(text) + '\n'); }

  void write_bytes(const ProgressItem& item) {
    const auto percent = percent_of(item);
    auto& said = said_[item.id];
    // The end is told by what comes next.
    if (!percent || *percent >= 100 || *percent < said.percent + kPercentStep || now() - said.time < kQuiet)
      return;
    line(fmt::format("{}: {} {} ({}%)", item.label, item.phase, bytes_text(item), *percent));
    said = {.time = now(), .percent = *percent - *percent % kPercentStep};
  }

  ProgressOutput out_;
  ProgressClock clock_;
  std::map<std::string, Said> said_;
};

}  // namespace

std::unique_ptr<ProgressRenderer> create_plain_renderer(std::unique_ptr<Sink> out, ProgressClock clock) {
  return std::make_unique<PlainRenderer>(std::move(out), std::move(clock));
}

}  // namespace corten::term
