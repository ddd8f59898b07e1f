#include "term/progress.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/env.hpp"
#include "base/strings.hpp"
#include "term/progress_renderer.hpp"

namespace corten::term {
namespace {

constexpr std::chrono::milliseconds kTick{100};

class SilentRenderer : public ProgressRenderer {
 public:
  void item_changed(const ProgressItem& /*item*/, ItemChange /*change*/) override {}
  void step_started(const ProgressStep& /*step*/) override {}
  void step_logged(const ProgressStep& /*step*/, std::string_view /*line*/) override {}
  void step_finished(const ProgressStep& /*step*/) override {}
  void message(std::string_view /*text*/) override {}
  std::chrono::nanoseconds now() const override { return {}; }
};

}  // namespace

// What is known, behind one lock. Finished items and steps leave a small record, so that late news of them
// are recognised.
class Progress::State {
 public:
  explicit State(std::unique_ptr<ProgressRenderer> renderer) : renderer_(std::move(renderer)) {}

  std::mutex mutex;

  ProgressRenderer& renderer() { return *renderer_; }
  bool closed() const { return closed_; }

  void close() {
    if (closed_) return;
    renderer_->finish();
    closed_ = true;
  }

  // The item if it is still open; added when it is new.
  ProgressItem* open_item(std::string_view id) {
    auto found = items_.find(id);
    if (found == items_.end()) found = add(id, {});
    return found->second.finished ? nullptr : &found->second;
  }

  void add_item(std::string_view id, ProgressItemOptions options) {
    if (!items_.contains(id)) add(id, std::move(options));
  }

  ProgressStep* find_open_step(std::string_view id) {
    const auto found = steps_.find(id);
    return found == steps_.end() || found->second.outcome ? nullptr : &found->second;
  }

  void start_step(std::string_view id, std::string_view label) {
    if (steps_.contains(id)) return;
    auto& step = steps_[std::string(id)];
    step = {
        .id = printable(id), .label = printable(label), .number = steps_.size(), .started = renderer_->now()};
    renderer_->step_started(step);
  }

 private:
  using Items = std::map<std::string, ProgressItem, std::less<>>;

  Items::iterator add(std::string_view id, ProgressItemOptions options) {
    ProgressItem item{.id = printable(id),
                      .label = printable(options.label.empty() ? id : options.label),
                      .phase = printable(options.phase),
                      .total_bytes = options.total_bytes};
    const auto added = items_.emplace(id, std::move(item)).first;
    added->second.rate.start(renderer_->now(), 0);
    renderer_->item_changed(added->second, ItemChange::added);
    return added;
  }

  std::unique_ptr<ProgressRenderer> renderer_;
  Items items_;
  std::map<std::string, ProgressStep, std::less<>> steps_;
  bool closed_ = false;
};

Progress::Progress(std::unique_ptr<ProgressRenderer> renderer)
    : state_(std::make_unique<State>(std::move(renderer))) {}

Progress::~Progress() { finish(); }

void Progress::add_item(std::string_view id, ProgressItemOptions options) {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->closed()) state_->add_item(id, std::move(options));
}

void Progress::set_phase(std::string_view id, std::string_view phase) {
  const std::scoped_lock lock(state_->mutex);
  auto* item = state_->closed() ? nullptr : state_->open_item(id);
  if (item == nullptr || item->phase == phase) return;
  item->phase = printable(phase);
  item->done_bytes = 0;
  item->rate.start(state_->renderer().now(), 0);
  state_->renderer().item_changed(*item, ItemChange::phase);
}

void Progress::set_bytes(std::string_view id, std::uint64_t done_bytes,
                         std::optional<std::uint64_t> total_bytes) {
  const std::scoped_lock lock(state_->mutex);
  auto* item = state_->closed() ? nullptr : state_->open_item(id);
  if (item == nullptr) return;
  item->done_bytes = done_bytes;
  if (total_bytes) item->total_bytes = total_bytes;
  item->rate.update(state_->renderer().now(), done_bytes);
  state_->renderer().item_changed(*item, ItemChange::bytes);
}

void Progress::finish_item(std::string_view id, std::string_view phase) {
  const std::scoped_lock lock(state_->mutex);
  auto* item = state_->closed() ? nullptr : state_->open_item(id);
  if (item == nullptr) return;
  item->phase = printable(phase);
  item->finished = true;
  state_->renderer().item_changed(*item, ItemChange::finished);
}

void Progress::start_step(std::string_view id, std::string_view label) {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->closed()) state_->start_step(id, label);
}

void Progress::log_step(std::string_view id, std::string_view text) {
  const std::scoped_lock lock(state_->mutex);
  auto* step = state_->closed() ? nullptr : state_->find_open_step(id);
  if (step == nullptr) return;
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (auto line : split(text, '\n')) {
    // A program that draws its own bar sends carriage returns: what stands after the last one is what shows.
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const auto drawn = line.rfind('\r'); drawn != std::string_view::npos) line.remove_prefix(drawn + 1);
    step->last_log = printable(line);
    state_->renderer().step_logged(*step, step->last_log);
  }
}

void Progress::finish_step(std::string_view id, StepOutcome outcome) {
  const std::scoped_lock lock(state_->mutex);
  auto* step = state_->closed() ? nullptr : state_->find_open_step(id);
  if (step == nullptr) return;
  step->outcome = outcome;
  step->duration = state_->renderer().now() - step->started;
  state_->renderer().step_finished(*step);
}

void Progress::message(std::string_view text) {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->closed()) state_->renderer().message(printable(text));
}

void Progress::tick() {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->closed()) state_->renderer().tick();
}

void Progress::finish() {
  const std::scoped_lock lock(state_->mutex);
  state_->close();
}

namespace {

// A Progress with a thread that ticks.
class TickingProgress : public Progress {
 public:
  explicit TickingProgress(std::unique_ptr<ProgressRenderer> renderer)
      : Progress(std::move(renderer)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

 private:
  void run(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    // The predicate never holds: the wait ends with the tick or the stop request.
    while (!stop.stop_requested()) {
      wake.wait_for(lock, stop, kTick, [] { return false; });
      if (!stop.stop_requested()) tick();
    }
  }

  std::jthread thread_;  // last: stopped and joined before anything it uses goes
};

}  // namespace

ProgressClock ProgressClock::of_system() {
  return {.monotonic = [] { return std::chrono::steady_clock::now().time_since_epoch(); },
          .wall = &corten::now};
}

Result<ProgressMode> parse_progress_mode(std::string_view text) {
  if (text == "auto") return ProgressMode::automatic;
  if (text == "tty") return ProgressMode::tty;
  if (text == "plain") return ProgressMode::plain;
  if (text == "json") return ProgressMode::json;
  return with_hint(fail(Errc::invalid_argument, "unknown progress mode '{}'", text),
                   "use auto, tty, plain or json");
}

std::unique_ptr<Progress> create_progress_on(ProgressMode mode, std::unique_ptr<Sink> out,
                                             std::function<TerminalSize()> size, ProgressOptions options) {
  if (mode == ProgressMode::json) {
    return std::make_unique<Progress>(create_json_renderer(std::move(out), std::move(options.clock)));
  }
  if (mode != ProgressMode::tty) {
    return std::make_unique<Progress>(create_plain_renderer(std::move(out), std::move(options.clock)));
  }
  auto renderer = create_tty_renderer(std::move(out), std::move(size), options);
  if (!options.ticker) return std::make_unique<Progress>(std::move(renderer));
  return std::make_unique<TickingProgress>(std::move(renderer));
}

std::unique_ptr<Progress> create_progress(ProgressMode mode, int fd, ProgressOptions options) {
  const bool can_draw = is_terminal(fd) && find_env("TERM") != "dumb";
  if (mode == ProgressMode::automatic) mode = can_draw ? ProgressMode::tty : ProgressMode::plain;
  return create_progress_on(
      mode, std::make_unique<DescriptorSink>(fd), [fd] { return terminal_size(fd); }, std::move(options));
}

std::unique_ptr<Progress> create_progress(ProgressMode mode, int fd) {
  return create_progress(mode, fd, {.colour = wants_colour(fd)});
}

std::unique_ptr<Progress> create_silent_progress() {
  return std::make_unique<Progress>(std::make_unique<SilentRenderer>());
}

}  // namespace corten::term
