#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The home directory of a user number in the text of a passwd(5) file; nothing when it has no entry.
std::optional<std::string> find_home(std::string_view passwd, std::uint32_t uid);

/// HOME, when process.env does not have it: from /etc/passwd of the container, else "/". Shells and tools
/// need one, and runc and crun give it.
Result<> complete_environment(InitContext& context);

}  // namespace corten::runtime
