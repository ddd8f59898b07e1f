#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/stream.hpp"
#include "term/progress.hpp"

namespace corten::term {

/// Bytes per second over the last seconds: an average that forgets, so that a stall shows.
class RateMeter {
 public:
  void start(std::chrono::nanoseconds now, std::uint64_t bytes);
  void update(std::chrono::nanoseconds now, std::uint64_t bytes);
  /// 0 until half a second has passed.
  double bytes_per_second() const { return rate_; }

 private:
  std::chrono::nanoseconds last_{};
  std::uint64_t bytes_ = 0;
  double rate_ = 0;
};

/// All that is known of an item. Texts are printable.
struct ProgressItem {
  std::string id;
  std::string label;
  std::string phase;
  std::uint64_t done_bytes = 0;
  std::optional<std::uint64_t> total_bytes{};
  bool finished = false;
  RateMeter rate{};
};

struct ProgressStep {
  std::string id;
  std::string label;
  std::size_t number = 0;  ///< from 1, in the order of starting
  std::chrono::nanoseconds started{};
  std::chrono::nanoseconds duration{};  ///< once finished
  std::optional<StepOutcome> outcome{};
  std::string last_log{};
};

enum class ItemChange : std::uint8_t { added, phase, bytes, finished };

/// How progress is shown. Called under the lock of Progress, one call at a time.
class ProgressRenderer {
 public:
  virtual ~ProgressRenderer() = default;

  virtual void item_changed(const ProgressItem& item, ItemChange change) = 0;
  virtual void step_started(const ProgressStep& step) = 0;
  /// One line without its newline.
  virtual void step_logged(const ProgressStep& step, std::string_view line) = 0;
  virtual void step_finished(const ProgressStep& step) = 0;
  virtual void message(std::string_view text) = 0;
  virtual void tick() {}
  virtual void finish() {}

  virtual std::chrono::nanoseconds now() const = 0;
};

/// A Sink whose failure is remembered and then silent: see Progress.
class ProgressOutput {
 public:
  explicit ProgressOutput(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}

  void write(std::string_view text);

 private:
  std::unique_ptr<Sink> sink_;
  bool broken_ = false;
};

/// A line per change of state; percentages at every tenth and not more often than every two seconds per item.
///   1a2b3c: Downloading 10MB / 100MB (10%)
///   #3 [2/7] RUN pip install torch
///   #3 0.532 Collecting torch
///   #3 DONE 12.3s
std::unique_ptr<ProgressRenderer> create_plain_renderer(std::unique_ptr<Sink> out, ProgressClock clock);

/// One JSON object per line, members sorted. Every one has `time` (RFC 3339) and `type`:
///   item     id, label, phase, current (bytes), total (bytes; absent if unknown), finished (bool).
///            For changes of bytes alone at most ten a second per item.
///   step     id, label, number, status: running, done, cached, failed or canceled; then duration_ms too
///   log      id (of the step), text (a line)
///   message  text
/// Members are only ever added.
std::unique_ptr<ProgressRenderer> create_json_renderer(std::unique_ptr<Sink> out, ProgressClock clock);

/// Redraws in place at most ten times a second; what is finished scrolls up and stays.
std::unique_ptr<ProgressRenderer> create_tty_renderer(std::unique_ptr<Sink> out,
                                                      std::function<TerminalSize()> size,
                                                      const ProgressOptions& options);

/// "10MB / 100MB", or "10MB" if there is no total; empty when there are no bytes at all.
std::string bytes_text(const ProgressItem& item);
/// 0 to 100; nothing without a total.
std::optional<unsigned> percent_of(const ProgressItem& item);
/// "done", "cached", "failed", "canceled".
std::string_view to_string(StepOutcome outcome);

}  // namespace corten::term
