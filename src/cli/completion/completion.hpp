#pragma once

#include <string>

#include "cli/table.hpp"

namespace corten::cli {

/// Scripts that complete a corten command line. Each holds the tree as tables and one function that walks the
/// words typed so far; none starts a process.
std::string bash_completion(const CommandTable& table);
std::string zsh_completion(const CommandTable& table);
std::string fish_completion(const CommandTable& table);

}  // namespace corten::cli
