// The logger of the init helper: base/log.hpp without levels to set and without sinks, which would be a tenth
// of a program that is copied into memory at each start of a container.
#include <unistd.h>

#include <fmt/format.h>

#include "base/log.hpp"

namespace corten::log {

bool enabled(Level level) { return level >= Level::warning; }

void write(Level /*level*/, std::string_view text) {
  const auto line = fmt::format("corten-init: {}\n", text);
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace corten::log
