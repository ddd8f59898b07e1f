#pragma once

#include <optional>
#include <string>

namespace corten {

/// A variable of the process environment; nothing when unset. The one caller of getenv(): read it before
/// threads start, since setenv() elsewhere would race.
std::optional<std::string> find_env(const char* name);

/// As find_env, but an empty value counts as unset, as it does for most tools.
std::optional<std::string> find_nonempty_env(const char* name);

}  // namespace corten
