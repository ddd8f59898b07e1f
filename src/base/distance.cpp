#include "base/distance.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace corten {
namespace {

constexpr std::size_t kMaxLength = 64;
constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();

using Row = std::array<std::size_t, kMaxLength + 1>;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  if (a.size() > kMaxLength || b.size() > kMaxLength) return kFar;
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

std::optional<std::string> find_nearest(std::string_view typed, std::span<const std::string> candidates) {
  const std::size_t allowed = std::max<std::size_t>(1, typed.size() / 3);
  std::size_t best = kFar;
  std::optional<std::string> nearest;
  for (const auto& candidate : candidates) {
    std::size_t distance = edit_distance(typed, candidate);
    const bool completes = typed.size() >= 3 && candidate.starts_with(typed);
    if (completes) distance = std::min<std::size_t>(distance, 1);
    if (distance <= allowed && distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace corten
