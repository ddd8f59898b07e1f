#pragma once

#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/io.hpp"

namespace corten::cli {

/// "corten: message" and "hint: ..." on standard error, control characters made visible; the exit code of the
/// error's kind. Further lines of a hint stand below its first.
int report_error(const Io& io, const Error& error);

/// As report_error, followed by the usage of `command` and where to read more, as Docker does. The caller
/// chooses the exit code, since a wrong flag (125) and a wrong number of arguments (1) are of the same kind.
int report_usage_error(const Io& io, const Command& command, const Error& error, int exit_code);

}  // namespace corten::cli
