#pragma once

#include <string>

#include "cli/table.hpp"

namespace corten::cli {

/// The name of a command's manual page without its section: "corten-system-info".
std::string page_name(const Command& command);

/// The manual page in section 1, in the man(7) macros, from the same text as help.
std::string render_manual(const CommandTable& table, const Command& command);

}  // namespace corten::cli
