#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sys/fd.hpp"

namespace corten::runtime {

/// What goes along with the descriptor, as from runc: who the process is.
inline constexpr std::string_view kContainerProcess = "standard";
inline constexpr std::string_view kExecProcess = "setns";

/// Sends the pidfd to the listening stream socket of --pidfd-socket; nothing for an empty path.
Result<> send_pidfd(const std::string& path, std::string_view process, sys::BorrowedFd pidfd);

}  // namespace corten::runtime
