#include "registry/user_directories.hpp"

#include "base/env.hpp"
#include "sys/users.hpp"

namespace corten::registry {

std::optional<std::string> user_config_directory() {
  if (auto directory = find_nonempty_env("XDG_CONFIG_HOME"); directory && directory->starts_with('/')) {
    return directory;
  }
  const auto home = sys::home_directory();
  if (!home) return std::nullopt;
  return *home + "/.config";
}

}  // namespace corten::registry
