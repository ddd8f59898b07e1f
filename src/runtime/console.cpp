#include "runtime/console.hpp"

#include <array>
#include <string_view>

#include "base/stream.hpp"
#include "sys/socket.hpp"

namespace corten::runtime {

Result<> send_terminal(const std::string& path, sys::BorrowedFd terminal) {
  constexpr std::string_view kName = "/dev/ptmx";
  const auto socket = TRY_CTX(sys::connect_unix(path), "sending the terminal to --console-socket '{}'", path);
  const std::array<sys::BorrowedFd, 1> fds = {terminal};
  TRY_CTX(sys::send_message(socket, as_bytes(kName), fds), "sending the terminal to --console-socket '{}'",
          path);
  return {};
}

Result<> check_console_socket(bool terminal, const std::string& socket, bool detached) {
  if (terminal && detached && socket.empty()) {
    return with_hint(fail(Errc::invalid_argument, "process.terminal: nobody would hold the terminal"),
                     "give --console-socket, or do not detach");
  }
  if (!socket.empty() && (!terminal || !detached)) {
    return fail(
        Errc::invalid_argument,
        "--console-socket: is only for a process with a terminal that this command does not wait for");
  }
  return {};
}

}  // namespace corten::runtime
