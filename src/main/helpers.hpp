#pragma once

#include <array>
#include <span>
#include <string_view>

namespace corten::process {

/// A part of corten that must run in a single-threaded process of its own, such as the one that builds a
/// container's namespaces. The engine starts it by executing its own binary with the helper's name as the
/// first argument; main() branches off before anything else has run.
struct Helper {
  std::string_view name;  ///< argv[1]; starts with "__", which no verb does.
  int (*run)(std::span<char* const> arguments);
};

/// None yet: the first one comes with the runtime.
inline constexpr std::array<Helper, 0> kHelpers = {};

}  // namespace corten::process
