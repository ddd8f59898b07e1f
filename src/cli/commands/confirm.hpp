#pragma once

#include <string_view>

#include "cli/io.hpp"

namespace corten::cli {

/// Asks on standard error, "QUESTION [y/N] ", and reads one line: true for y and Y alone, as Docker.
Result<bool> confirm(const Io& io, std::string_view question);

}  // namespace corten::cli
