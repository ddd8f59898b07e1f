#pragma once

#include <string_view>

#include "oci/runtime_spec/features.hpp"

namespace corten::runtime {

struct BuiltFrom {
  std::string_view version;
  std::string_view commit;
};

/// runtime-spec 1.2 features.md: what this program can do, whether or not this host can.
oci::Features features(const BuiltFrom& build);

}  // namespace corten::runtime
