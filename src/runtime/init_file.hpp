#pragma once

#include <string>

#include "base/result.hpp"
#include "sys/fd.hpp"

namespace corten::runtime {

/// The init helper as a descriptor to execute, in one of two forms that a container cannot write to through
/// /proc/PID/exe (CVE-2019-5736):
/// - a file in `directory`, written there once, behind a read-only mount of its own that is attached nowhere:
///   starts share its pages. Needs kernel 5.12 and the power to mount.
/// - else, or without a directory, a sealed copy in memory.
/// `directory` must belong to this user alone; it is made when it is missing, with the one above it.
Result<sys::UniqueFd> open_init_program(const std::string& directory);

}  // namespace corten::runtime
