#include <algorithm>

#include <fmt/core.h>

#include "base/units.hpp"
#include "term/progress_renderer.hpp"

namespace corten::term {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kShortestSample = milliseconds(500);
// How much the newest sample counts: with two a second the last four or so seconds matter.
constexpr double kNewest = 0.3;

}  // namespace

void RateMeter::start(nanoseconds now, std::uint64_t bytes) {
  last_ = now;
  bytes_ = bytes;
  rate_ = 0;
}

void RateMeter::update(nanoseconds now, std::uint64_t bytes) {
  // A retry begins anew with fewer bytes.
  if (bytes < bytes_) start(now, bytes);
  const auto elapsed = now - last_;
  if (elapsed < kShortestSample) return;
  const double sample = static_cast<double>(bytes - bytes_) / duration<double>(elapsed).count();
  rate_ = rate_ > 0 ? rate_ * (1 - kNewest) + sample * kNewest : sample;
  last_ = now;
  bytes_ = bytes;
}

void ProgressOutput::write(std::string_view text) {
  if (!broken_ && !text.empty()) broken_ = !sink_->write(as_bytes(text));
}

std::string bytes_text(const ProgressItem& item) {
  if (item.total_bytes) {
    return fmt::format("{} / {}", format_size_decimal(item.done_bytes),
                       format_size_decimal(*item.total_bytes));
  }
  return item.done_bytes == 0 ? std::string() : format_size_decimal(item.done_bytes);
}

std::optional<unsigned> percent_of(const ProgressItem& item) {
  if (!item.total_bytes) return std::nullopt;
  if (item.done_bytes >= *item.total_bytes) return 100;
  return static_cast<unsigned>(100.0 * static_cast<double>(item.done_bytes) /
                               static_cast<double>(*item.total_bytes));
}

std::string_view to_string(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::cached:
      return "cached";
    case StepOutcome::failed:
      return "failed";
    case StepOutcome::canceled:
      return "canceled";
    case StepOutcome::done:
      break;
  }
  return "done";
}

}  // namespace corten::term
