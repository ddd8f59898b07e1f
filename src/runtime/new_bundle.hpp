#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace corten::runtime {

enum class ConfigFor : std::uint8_t { root, ordinary_user };

/// Writes default_spec() (default_spec.hpp) to DIRECTORY/config.json; "" is the current directory.
/// already_exists when there is one.
Result<> write_new_config(const std::string& directory, ConfigFor whom);

}  // namespace corten::runtime
