#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <vector>

#include <fmt/core.h>

#include "term/progress_line.hpp"
#include "term/progress_renderer.hpp"
#include "term/style.hpp"
#include "term/width.hpp"
#include "term/wrap.hpp"

namespace corten::term {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kFrame = std::chrono::milliseconds(100);
constexpr std::size_t kWidestLabel = 32;
constexpr std::size_t kWidestPhase = 20;
// How much of a step's log is kept to be shown when it fails.
constexpr std::size_t kLogTail = 30;

// ECMA-48 control functions and DEC's private modes, which every terminal in use has.
constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

class TtyRenderer : public ProgressRenderer {
 public:
  TtyRenderer(std::unique_ptr<Sink> out, std::function<TerminalSize()> size, const ProgressOptions& options)
      : out_(std::move(out)), size_(std::move(size)), clock_(options.clock), style_(options.colour) {}

  nanoseconds now() const override { return clock_.monotonic(); }

  void item_changed(const ProgressItem& item, ItemChange change) override {
    if (change == ItemChange::added) items_.push_back(&item);
    if (item.finished) {
      std::erase(items_, &item);
      finished_.push_back(fmt::format("{}: {}", item.label, item.phase));
    }
    changed();
  }

  void step_started(const ProgressStep& step) override {
    steps_.push_back(&step);
    changed();
  }

  void step_logged(const ProgressStep& step, std::string_view line) override {
    auto& log = logs_[step.number];
    log.emplace_back(line);
    if (log.size() > kLogTail) log.pop_front();
    changed();
  }

  void step_finished(const ProgressStep& step) override {
    std::erase(steps_, &step);
    finished_.push_back(step_line(step, now(), line_columns(size_()), style_));
    if (*step.outcome == StepOutcome::failed) {
      // Whole lines: the cause of the failure is somewhere in them.
      for (const auto& line : logs_[step.number]) finished_.push_back("   " + line);
    }
    logs_.erase(step.number);
    changed();
  }

  void message(std::string_view text) override {
    // Wrapped and not cut: messages are to be read.
    finished_.push_back(wrap_text(text, {.columns = line_columns(size_())}));
    changed();
  }

  void tick() override {
    if (is_due() && (dirty_ || !steps_.empty() || !items_.empty())) draw();
  }

  void finish() override {
    if (dirty_) draw();
    if (cursor_hidden_) out_.write(kRestoreCursor);
    cursor_hidden_ = false;
  }

 private:
  // One column stays free: a terminal may wrap when the last one is written.
  static std::size_t line_columns(TerminalSize size) { return std::max<std::size_t>(size.columns, 2) - 1; }

  bool is_due() const { return !last_draw_ || now() - *last_draw_ >= kFrame; }

  void changed() {
    dirty_ = true;
    if (is_due()) draw();
  }

  // One write for the whole frame, so that no half of it is ever seen.
  void draw() {
    const auto size = size_();
    std::string frame;
    if (!cursor_hidden_) frame += kHideCursor;
    cursor_hidden_ = true;
    frame += go_to_start(size);
    for (const auto& line : finished_) append_line(frame, line);
    finished_.clear();
    drawn_.clear();
    for (const auto& line : live_lines(size)) {
      append_line(frame, line);
      drawn_.push_back(display_width(line));
    }
    frame += kClearBelow;
    out_.write(frame);
    last_draw_ = now();
    dirty_ = false;
  }

  static void append_line(std::string& frame, std::string_view line) {
    frame += line;
    frame += kClearLine;
    // The carriage return serves terminals in raw mode.
    frame += "\r\n";
  }

  // To the first row of the last frame. A terminal made narrower since has wrapped the longer lines.
  std::string go_to_start(TerminalSize size) const {
    const auto columns = std::max<std::size_t>(size.columns, 1);
    std::size_t rows = 0;
    for (const auto width : drawn_) rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
    // What has scrolled out at the top cannot be reached.
    rows = std::min(rows, std::max<std::size_t>(size.rows, 1) - 1);
    return rows == 0 ? "\r" : fmt::format("\r\x1b[{}A", rows);
  }

  std::vector<std::string> live_lines(TerminalSize size) const {
    const auto columns = line_columns(size);
    std::vector<std::string> lines;
    for (const auto* step : steps_) {
      lines.push_back(step_line(*step, now(), columns, style_));
      if (!step->last_log.empty()) {
        lines.push_back(style_.dim(truncate_to_width("   " + step->last_log, columns)));
      }
    }
    // The cursor stands below the last line, which takes a row.
    const auto room = std::max<std::size_t>(size.rows, 2) - 1;
    if (lines.size() + items_.size() <= room) {
      append_items(lines, items_, columns);
      return lines;
    }
    // Steps first, then the items at work, and a summary of the rest.
    std::vector<const ProgressItem*> order;
    const auto at_work = [](const ProgressItem* item) { return item->done_bytes > 0; };
    std::ranges::copy_if(items_, std::back_inserter(order), at_work);
    std::ranges::copy_if(items_, std::back_inserter(order), std::not_fn(at_work));
    if (lines.size() >= room) lines.resize(room - 1);
    const auto shown = room - 1 - lines.size();
    append_items(lines,
                 {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(shown, order.size()))},
                 columns);
    lines.push_back(truncate_to_width(summary(order, shown), columns));
    return lines;
  }

  void append_items(std::vector<std::string>& lines, const std::vector<const ProgressItem*>& items,
                    std::size_t columns) const {
    LineLayout layout{.columns = columns};
    for (const auto* item : items) {
      layout.label = std::max(layout.label, display_width(item->label));
      layout.phase = std::max(layout.phase, display_width(item->phase));
    }
    layout.label = std::min({layout.label, kWidestLabel, columns / 2});
    layout.phase = std::min(layout.phase, kWidestPhase);
    for (const auto* item : items) lines.push_back(item_line(*item, layout, style_));
  }

  // "... 12 more: 9 Waiting, 3 Downloading"; steps that found no room are counted too.
  std::string summary(const std::vector<const ProgressItem*>& items, std::size_t shown) const {
    std::map<std::string_view, std::size_t> phases;
    for (std::size_t i = shown; i < items.size(); ++i) ++phases[items[i]->phase];
    std::string text;
    for (const auto& [phase, count] : phases)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, phase);
    if (text.empty()) return "... more steps are running";
    return fmt::format("... {} more: {}", items.size() - shown, text);
  }

  ProgressOutput out_;
  std::function<TerminalSize()> size_;
  ProgressClock clock_;
  Style style_;
  std::vector<const ProgressItem*> items_;  // open ones, owned by Progress, which outlives this
  std::vector<const ProgressStep*> steps_;
  std::map<std::size_t, std::deque<std::string>> logs_;
  std::vector<std::string> finished_;  // lines that will scroll up with the next frame
  std::vector<std::size_t> drawn_;     // widths of the lines of the last frame
  std::optional<nanoseconds> last_draw_;
  bool dirty_ = false;
  bool cursor_hidden_ = false;
};

}  // namespace

std::unique_ptr<ProgressRenderer> create_tty_renderer(std::unique_ptr<Sink> out,
                                                      std::function<TerminalSize()> size,
                                                      const ProgressOptions& options) {
  return std::make_unique<TtyRenderer>(std::move(out), std::move(size), options);
}

}  // namespace corten::term
