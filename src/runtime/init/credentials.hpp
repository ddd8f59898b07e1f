#pragma once

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// process.user: groups, group, user and umask. The supplementary groups are exactly the additional ones
/// (CVE-2022-36109). Capabilities are kept until they are set; PR_SET_KEEPCAPS is set.
Result<> become_user(InitContext& context);

}  // namespace corten::runtime
