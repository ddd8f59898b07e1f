#pragma once

#include <string_view>

namespace corten::detail {
[[noreturn]] void check_failed(std::string_view condition, std::string_view why, const char* file, int line);
}

/// An invariant of ours, kept in release builds: aborts with the place when it does not hold.
/// Never on input: what comes from outside is an Error.
#define CORTEN_CHECK(condition, why) \
  ((condition) ? void(0) : ::corten::detail::check_failed(#condition, why, __FILE__, __LINE__))
