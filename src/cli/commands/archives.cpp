#include "cli/commands/archives.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "image/catalog.hpp"
#include "sys/file.hpp"
#include "term/terminal.hpp"

namespace corten::cli {

std::unique_ptr<term::Progress> archive_progress(const Context& context, bool quiet) {
  const auto mode = context.globals.progress;
  const bool unseen = mode == term::ProgressMode::automatic && !term::is_terminal(STDERR_FILENO);
  if (quiet || unseen) return term::create_silent_progress();
  return term::create_progress(mode, STDERR_FILENO);
}

Result<std::optional<oci::Platform>> read_platform(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return TRY_CTX(oci::parse_platform(*text, image::this_platform()), "reading --platform");
}

Result<sys::UniqueFd> open_archive_input(const std::optional<std::string>& file) {
  if (!file) return sys::duplicate(sys::BorrowedFd(STDIN_FILENO));
  return sys::open(*file, O_RDONLY | O_NOCTTY);
}

bool reads_from_terminal() { return term::is_terminal(STDIN_FILENO); }

}  // namespace corten::cli
