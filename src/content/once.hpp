#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sys/random_name.hpp"

/// Ingests and leases of commands with which no later one goes on: load and import get their bytes from the
/// user again. When such a command is dead, whatever way it ended, gc takes what it left at once. The name
/// tells, since nothing else is left of the dead.
namespace corten::content {

inline constexpr std::string_view kOncePrefix = "once-";

/// The ref of an ingest that nobody will resume.
inline Result<std::string> once_name() { return sys::random_name(std::string(kOncePrefix)); }

inline bool is_once(std::string_view name) { return name.starts_with(kOncePrefix); }

}  // namespace corten::content
