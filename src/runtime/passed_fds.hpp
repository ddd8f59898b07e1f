#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace corten::runtime {

/// Sockets of socket activation (sd_listen_fds(3)) that are meant for the container: how many of them begin
/// at descriptor 3, as LISTEN_FDS says; none when LISTEN_PID names another process.
Result<std::uint32_t> count_listen_fds();

/// LISTEN_FDS and LISTEN_PID for the container's first process. Nothing for none.
void add_listen_variables(std::vector<std::string>& env, std::uint32_t count);

}  // namespace corten::runtime
