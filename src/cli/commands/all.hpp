#pragma once

#include "cli/table.hpp"

namespace corten::cli {

/// Every command of corten. A new one is declared here, listed in all.cpp and defined in a file of its own.
// NOLINTBEGIN(readability-identifier-naming): constants, constexpr where they are defined
extern const Command kCompletionCommand;
extern const Command kHelpCommand;
extern const Command kManCommand;
extern const Command kSystemCommand;
extern const Command kSystemFeaturesCommand;
extern const Command kSystemInfoCommand;
extern const Command kVersionCommand;
// NOLINTEND(readability-identifier-naming)

/// The whole program as data.
const CommandTable& all_commands();

}  // namespace corten::cli
