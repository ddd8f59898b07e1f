#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"

namespace corten::runtime {

/// Writes a process number to --pid-file: it appears whole, as whoever waits for it needs. "" is no file.
Result<> write_pid_file(const std::string& path, pid_t pid);

}  // namespace corten::runtime
