#include "base/env.hpp"

#include <cstdlib>

namespace corten {

std::optional<std::string> find_env(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(bugprone-unsafe-functions): this is its wrapper
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::optional<std::string> find_nonempty_env(const char* name) {
  auto value = find_env(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

}  // namespace corten
