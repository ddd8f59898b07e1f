#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stream.hpp"
#include "base/timestamp.hpp"
#include "term/terminal.hpp"

namespace corten::term {

enum class ProgressMode : std::uint8_t { automatic, tty, plain, json };

/// The value of `--progress`: auto, tty, plain or json.
Result<ProgressMode> parse_progress_mode(std::string_view text);

enum class StepOutcome : std::uint8_t { done, cached, failed, canceled };

struct ProgressItemOptions {
  std::string label{};                         ///< Shown instead of the id: "sha256:1a2b3c4d", "model.bin".
  std::optional<std::uint64_t> total_bytes{};  ///< Enables percentage, bar and ETA.
  std::string phase = "Waiting";
};

class ProgressRenderer;

/// What long work tells people while it runs. Two kinds of things move at once: items (layers, files), which
/// have a phase and bytes, and steps (of a build), which have log lines and an outcome.
///
///   progress->add_item("1a2b", {.total_bytes = size});
///   progress->set_phase("1a2b", "Downloading");
///   progress->set_bytes("1a2b", done);            // as often as you like: drawing is throttled
///   progress->finish_item("1a2b", "Pull complete");
///
/// Thread-safe: many workers tell, one at a time draws. Telling never fails and never blocks on anything but
/// the output: when the output is gone, what follows is dropped, since the work matters and its picture does
/// not. Unknown ids are added; what is told about a finished item or step is ignored. All texts may come from
/// outside: control characters in them are made visible.
class Progress {
 public:
  explicit Progress(std::unique_ptr<ProgressRenderer> renderer);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Does what finish() does.
  virtual ~Progress();

  void add_item(std::string_view id, ProgressItemOptions options = {});
  void set_phase(std::string_view id, std::string_view phase);
  /// Bytes done in this phase; `total_bytes` when it is known only now, or differs between phases.
  void set_bytes(std::string_view id, std::uint64_t done_bytes,
                 std::optional<std::uint64_t> total_bytes = {});
  /// The last word on an item: "Done", "Already exists".
  void finish_item(std::string_view id, std::string_view phase = "Done");

  /// `label` with its number, as "[2/7] RUN pip install torch".
  void start_step(std::string_view id, std::string_view label);
  /// Text that the step wrote, one or several lines.
  void log_step(std::string_view id, std::string_view text);
  void finish_step(std::string_view id, StepOutcome outcome = StepOutcome::done);

  /// One line that is not about an item.
  void message(std::string_view text);

  /// Draws if something changed and it is time; the ticker of a terminal calls it.
  void tick();

  /// Draws the last state and gives the terminal back. Later calls on this object are ignored.
  void finish();

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// Time as the renderers see it, for tests to turn by hand.
struct ProgressClock {
  std::function<std::chrono::nanoseconds()> monotonic;
  std::function<Timestamp()> wall;

  static ProgressClock of_system();
};

struct ProgressOptions {
  ProgressClock clock = ProgressClock::of_system();
  bool colour = false;
  /// Redraws a terminal ten times a second while nothing is told, so that durations move: a thread that
  /// sleeps in between and ends with the Progress.
  bool ticker = true;
};

/// Progress on a descriptor, which must outlive it: standard error for commands. `automatic` is tty on a
/// terminal that is not dumb, else plain.
std::unique_ptr<Progress> create_progress(ProgressMode mode, int fd, ProgressOptions options);
std::unique_ptr<Progress> create_progress(ProgressMode mode, int fd);

/// As above over any Sink and for a terminal of any size; never automatic.
std::unique_ptr<Progress> create_progress_on(ProgressMode mode, std::unique_ptr<Sink> out,
                                             std::function<TerminalSize()> size, ProgressOptions options);

/// Progress that shows nothing: --quiet.
std::unique_ptr<Progress> create_silent_progress();

/// What a handler of a fatal signal may write to a terminal (write(2) is async-signal-safe) so that the
/// cursor does not stay hidden.
inline constexpr std::string_view kRestoreCursor = "\x1b[?25h";

}  // namespace corten::term
