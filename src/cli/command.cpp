#include "cli/command.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::cli {

std::string_view leaf_name(const Command& command) {
  const auto parts = cut_last(command.path, ' ');
  return parts ? parts->after : command.path;
}

std::string full_name(const Command& command) {
  return command.path.empty() ? "corten" : fmt::format("corten {}", command.path);
}

std::string label(const Flag& flag) {
  return flag.letter == '\0' ? fmt::format("--{}", flag.name)
                             : fmt::format("-{}, --{}", flag.letter, flag.name);
}

std::string describe(const Flag& flag) {
  std::string text(flag.help);
  if (!flag.default_text.empty()) text += fmt::format(" (default {})", flag.default_text);
  if (!flag.env.empty()) text += fmt::format(" (environment: {})", flag.env);
  return text;
}

}  // namespace corten::cli
