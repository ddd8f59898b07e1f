#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/program.hpp"
#include "oci/platform.hpp"
#include "sys/fd.hpp"
#include "term/progress.hpp"

/// What the verbs have in common that move images in and out of files: save, load, import.
namespace corten::cli {

/// Progress on standard error when somebody looks at it or asked for it (--progress); else nothing is shown,
/// as Docker does it.
std::unique_ptr<term::Progress> archive_progress(const Context& context, bool quiet);

/// The value of --platform; parts that it leaves out are this machine's.
Result<std::optional<oci::Platform>> read_platform(const std::optional<std::string>& text);

/// The file, or standard input if none is given. To be called before an Interrupt watches: a FIFO is waited
/// for until it has a writer, and a signal shall end that.
Result<sys::UniqueFd> open_archive_input(const std::optional<std::string>& file);

/// Whether the process's standard input is a terminal, on which nobody types an archive.
bool reads_from_terminal();

}  // namespace corten::cli
