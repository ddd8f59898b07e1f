#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/program.hpp"
#include "oci/platform.hpp"
#include "term/progress.hpp"

/// What the verbs have in common that move images in and out of files: save, load, import.
namespace corten::cli {

/// Progress on standard error when somebody looks at it or asked for it (--progress); else nothing is shown,
/// as Docker does it.
std::unique_ptr<term::Progress> archive_progress(const Context& context, bool quiet);

/// The value of --platform; parts that it leaves out are this machine's.
Result<std::optional<oci::Platform>> read_platform(const std::optional<std::string>& text);

/// Whether the process's standard input is a terminal, on which nobody types an archive.
bool reads_from_terminal();

}  // namespace corten::cli
