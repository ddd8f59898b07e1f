#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace corten {

/// How many insertions, deletions, substitutions and swaps of neighbours turn one text into the other
/// (optimal string alignment). Meant for names: texts over 64 bytes count as infinitely far apart.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate to name in "did you mean ...?", if one is near enough: at most a third of the typed length,
/// or a candidate that starts with what was typed. The first of equals wins.
std::optional<std::string> find_nearest(std::string_view typed, std::span<const std::string> candidates);

}  // namespace corten
