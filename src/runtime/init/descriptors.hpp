#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// Everything above the standard streams and the --preserve-fds is CLOEXEC, whoever opened it
/// (CVE-2024-21626).
Result<> close_descriptors(InitContext& context);

}  // namespace corten::runtime
