#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sys/path_arg.hpp"

namespace corten::sys {

enum class FeatureState : std::uint8_t { yes, no, unknown };

std::string_view to_string(FeatureState state);

/// One thing the host has or lacks, for `corten system features` and for error hints.
struct Feature {
  std::string name;  ///< Stable, "openat2".
  FeatureState state = FeatureState::unknown;
  std::string detail;       ///< What was found: a version, a list, the kernel's answer.
  std::string purpose;      ///< What corten uses it for.
  std::string remedy = {};  ///< What to do when it is missing; empty if it is there or nothing can be done.
};

/// Asks the running kernel and host, changing nothing: what needs namespaces is tried in a child process.
/// `data_directory` is where images would be kept, for its file system's abilities. Takes tens of
/// milliseconds. A probe that cannot tell says `unknown`; the list is always whole.
std::vector<Feature> probe_features(PathArg data_directory);

}  // namespace corten::sys
