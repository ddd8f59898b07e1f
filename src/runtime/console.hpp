#pragma once

#include <string>

#include "sys/fd.hpp"

namespace corten::runtime {

/// Sends the controlling end of a terminal to the listening socket `path` (--console-socket), as conmon and
/// containerd expect it from runc: one message with the name "/dev/ptmx" and the descriptor.
Result<> send_terminal(const std::string& path, sys::BorrowedFd terminal);

/// Whether a terminal and a console socket go together: a command that does not stay cannot keep the
/// terminal.
Result<> check_console_socket(bool terminal, const std::string& socket, bool detached);

}  // namespace corten::runtime
