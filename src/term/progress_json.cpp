#include <map>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "term/progress_renderer.hpp"

namespace corten::term {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kQuiet = std::chrono::milliseconds(100);

class JsonRenderer : public ProgressRenderer {
 public:
  JsonRenderer(std::unique_ptr<Sink> out, ProgressClock clock)
      : out_(std::move(out)), clock_(std::move(clock)) {}

  nanoseconds now() const override { return clock_.monotonic(); }

  void item_changed(const ProgressItem& item, ItemChange change) override {
    auto& last = told_[item.id];
    if (change == ItemChange::bytes && now() - last < kQuiet) return;
    last = now();
    if (change == ItemChange::finished) told_.erase(item.id);
    Json object{{"id", item.id},
                {"label", item.label},
                {"phase", item.phase},
                {"current", item.done_bytes},
                {"finished", item.finished}};
    if (item.total_bytes) object["total"] = *item.total_bytes;
    write("item", std::move(object));
  }

  void step_started(const ProgressStep& step) override { write_step(step, "running"); }

  void step_logged(const ProgressStep& step, std::string_view line) override {
    write("log", Json::object({{"id", step.id}, {"text", line}}));
  }

  void step_finished(const ProgressStep& step) override { write_step(step, to_string(*step.outcome)); }

  void message(std::string_view text) override { write("message", Json::object({{"text", text}})); }

 private:
  void write_step(const ProgressStep& step, std::string_view status) {
    Json object{{"id", step.id}, {"label", step.label}, {"number", step.number}, {"status", status}};
    if (step.outcome) {
      object["duration_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(step.duration).count();
    }
    write("step", std::move(object));
  }

  void write(std::string_view type, Json object) {
    object["type"] = type;
    object["time"] = format_rfc3339(clock_.wall());
    out_.write(to_json_text(object) + '\n');
  }

  ProgressOutput out_;
  ProgressClock clock_;
  std::map<std::string, nanoseconds> told_;
};

}  // namespace

std::unique_ptr<ProgressRenderer> create_json_renderer(std::unique_ptr<Sink> out, ProgressClock clock) {
  return std::make_unique<JsonRenderer>(std::move(out), std::move(clock));
}

}  // namespace corten::term
