#include "runtime/pidfd_socket.hpp"

#include <array>

#include "sys/socket.hpp"

namespace corten::runtime {

Result<> send_pidfd(const std::string& path, std::string_view process, sys::BorrowedFd pidfd) {
  if (path.empty()) return {};
  const auto socket = TRY_CTX(sys::connect_unix(path), "sending the pidfd to --pidfd-socket '{}'", path);
  const std::array<sys::BorrowedFd, 1> fds = {pidfd};
  TRY_CTX(sys::send_message(socket, as_bytes(process), fds), "sending the pidfd to --pidfd-socket '{}'",
          path);
  return {};
}

}  // namespace corten::runtime
