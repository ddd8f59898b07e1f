#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// "mounts" of the spec, one after the other: each over what the ones before have made.
Result<> make_mounts(InitContext& context);

}  // namespace corten::runtime
