#pragma once

#include <span>
#include <string>

#include "cli/table.hpp"

namespace corten::cli {

/// "corten version [OPTIONS]", "corten system COMMAND".
std::string usage_line(const Command& command);

/// What `corten VERB --help` prints, in Docker's order, wrapped to `columns`.
std::string render_help(const CommandTable& table, const Command& command, std::size_t columns);

/// The command that the words after `help` name. Fails with not_found: "unknown help topic: 'rnu'".
Result<const Command*> require_topic(const CommandTable& table, std::span<const std::string> words);

}  // namespace corten::cli
