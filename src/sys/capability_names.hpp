#pragma once

#include <string>

namespace corten::sys {

/// "CAP_SYS_ADMIN" for 21 (linux/capability.h); "CAP_64" for a number this table does not know yet.
std::string capability_name(int capability);

}  // namespace corten::sys
