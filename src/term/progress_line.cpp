#include "term/progress_line.hpp"

#include <algorithm>
#include <vector>

#include "term/width.hpp"

namespace corten::term {
namespace {

constexpr std::size_t kWidestBar = 32;
constexpr std::size_t kNarrowestBar = 10;
constexpr std::string_view kGap = "  ";

// What stands right of the bar, most important first.
std::vector<std::string> details_of(const ProgressItem& item) {
  std::vector<std::string> details;
  if (item.done_bytes == 0) return details;
  if (auto bytes = bytes_text(item); !bytes.empty()) details.push_back(std::move(bytes));
  const auto rate = item.rate.bytes_per_second();
  if (rate > 0 && !details.empty()) details.push_back(format_rate(rate));
  if (item.total_bytes && item.done_bytes < *item.total_bytes) {
    const auto left = estimate_remaining(*item.total_bytes - item.done_bytes, rate);
    if (left) details.push_back(format_elapsed(*left));
  }
  return details;
}

std::string outcome_word(const ProgressStep& step, const Style& style) {
  if (!step.outcome || *step.outcome == StepOutcome::done) return {};
  if (*step.outcome == StepOutcome::cached) return style.cyan("CACHED ");
  return style.red(*step.outcome == StepOutcome::failed ? "FAILED " : "CANCELED ");
}

}  // namespace

std::string bar_text(unsigned percent, std::size_t columns) {
  const auto room = std::max<std::size_t>(columns, 3) - 2;
  const auto full = std::min<std::size_t>(room, room * percent / 100);
  std::string bar(full, '=');
  if (full < room) bar += '>';
  bar.resize(room, ' ');
  return "[" + bar + "]";
}

std::string item_line(const ProgressItem& item, const LineLayout& layout, const Style& style) {
  auto line = pad_to_width(truncate_to_width(item.label, layout.label), layout.label);
  line += kGap;
  const auto phase = truncate_to_width(item.phase, layout.phase);
  line += style.cyan(phase) + std::string(layout.phase - display_width(phase), ' ');
  auto used = display_width(line);
  std::string tail;
  for (const auto& detail : details_of(item)) {
    const auto width = kGap.size() + display_width(detail);
    if (used + width > layout.columns) break;
    tail += kGap;
    tail += detail;
    used += width;
  }
  const auto percent = item.done_bytes > 0 ? percent_of(item) : std::nullopt;
  const auto room = layout.columns > used + kGap.size() ? layout.columns - used - kGap.size() : 0;
  if (percent && room >= kNarrowestBar) {
    line += kGap;
    line += bar_text(*percent, std::min(room, kWidestBar));
  }
  line += tail;
  // Spaces at the end are the padding of an empty tail.
  line.erase(line.find_last_not_of(' ') + 1);
  return truncate_to_width(line, layout.columns);
}

std::string step_line(const ProgressStep& step, std::chrono::nanoseconds now, std::size_t columns,
                      const Style& style) {
  const auto took = step.outcome ? step.duration : now - step.started;
  const auto is_cached = step.outcome == StepOutcome::cached;
  const auto time = is_cached ? std::string() : format_elapsed(took);
  auto line = (step.outcome ? style.green("=> ") : "=> ") + outcome_word(step, style) + step.label;
  const auto room = columns > time.size() + kGap.size() ? columns - time.size() - kGap.size() : 0;
  line = truncate_to_width(line, is_cached ? columns : room);
  if (is_cached || room == 0) return truncate_to_width(line, columns);
  return pad_to_width(line, room) + std::string(kGap) + time;
}

}  // namespace corten::term
