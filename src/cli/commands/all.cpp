#include "cli/commands/all.hpp"

#include <array>

#include "cli/globals.hpp"

namespace corten::cli {

const CommandTable& all_commands() {
  static constexpr std::array kCommands = {
      &kCompletionCommand,     &kHelpCommand,       &kManCommand,     &kSystemCommand,
      &kSystemFeaturesCommand, &kSystemInfoCommand, &kVersionCommand,
  };
  static constexpr CommandTable kTable(kRootCommand, kCommands);
  return kTable;
}

}  // namespace corten::cli
