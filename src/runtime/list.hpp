#pragma once

#include <vector>

#include "base/result.hpp"
#include "oci/runtime_spec/state.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

/// All containers of the root, sorted by id, each as state() gives it. One that vanishes meanwhile or cannot
/// be read is left out; the latter with a warning.
Result<std::vector<oci::State>> list(const Settings& settings);

}  // namespace corten::runtime
