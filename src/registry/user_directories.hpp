#pragma once

// Internal to src/registry.

#include <optional>
#include <string>

namespace corten::registry {

/// $XDG_CONFIG_HOME if absolute (XDG Base Directory Specification 0.8), else ~/.config; nothing for a user
/// without a home, who then has only the system's files.
std::optional<std::string> user_config_directory();

}  // namespace corten::registry
