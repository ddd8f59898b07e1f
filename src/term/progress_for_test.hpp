#pragma once

#include <memory>
#include <string>

#include "term/progress.hpp"

namespace corten::term {

/// Test support: a clock turned by hand. Wall time is 2024-01-01T00:00:00Z plus the same.
struct HandClock {
  std::chrono::nanoseconds now{};

  void advance(std::chrono::nanoseconds by) { now += by; }

  ProgressClock clock() {
    constexpr std::int64_t kBegin = 1'704'067'200;
    return {.monotonic = [this] { return now; },
            .wall =
                [this] {
                  return Timestamp{.seconds = kBegin + now.count() / 1'000'000'000,
                                   .nanoseconds = static_cast<std::int32_t>(now.count() % 1'000'000'000)};
                }};
  }
};

/// A Sink into a text of the test's. Fails from the beginning if `broken`.
class TextSink : public Sink {
 public:
  explicit TextSink(std::string& text, bool broken = false) : text_(text), broken_(broken) {}

  Result<> write(Bytes bytes) override {
    if (broken_) return fail(Errc::unavailable, "gone");
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Result<> finish() override { return {}; }

 private:
  std::string& text_;
  bool broken_;
};

/// A Progress with its output, its clock and its terminal.
struct ProgressRig {
  HandClock time;
  std::string out;
  TerminalSize size{.columns = 80, .rows = 24};
  std::unique_ptr<Progress> progress;

  explicit ProgressRig(ProgressMode mode, bool colour = false)
      : progress(create_progress_on(mode, std::make_unique<TextSink>(out), [this] { return size; },
                                    {.clock = time.clock(), .colour = colour, .ticker = false})) {}
};

}  // namespace corten::term
