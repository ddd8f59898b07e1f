#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// linux.readonlyPaths and linux.maskedPaths: what is there is made read-only, or covered by /dev/null or an
/// empty read-only tmpfs. What is not there is left out. Paths are resolved inside the root by descriptor;
/// the /dev/null is that of the host, checked to be it: the image's could be a link to anything
/// (CVE-2025-31133).
Result<> make_paths_readonly(InitContext& context);
Result<> mask_paths(InitContext& context);

}  // namespace corten::runtime
