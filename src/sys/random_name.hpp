#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::sys {

/// `prefix` and 16 random hexadecimal digits: a name nobody can foresee or plans to use.
Result<std::string> random_name(std::string_view prefix);

}  // namespace corten::sys
