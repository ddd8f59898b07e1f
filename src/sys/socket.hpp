#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/stream.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

/// AF_UNIX sockets. By path only: an abstract name has no permissions and reaches into every container with
/// the host's network (CVE-2020-15257).
namespace corten::sys {

enum class SocketType : std::uint8_t { stream, seqpacket };

struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
Result<SocketPair> create_socket_pair(SocketType type);

/// A listening socket at `path`, which must not exist. Paths of any length: sun_path holds 107 bytes, longer
/// ones go through a descriptor of their directory. The file name itself must then fit in about 80 bytes. Who
/// may connect is up to the directory and the mode (umask).
Result<UniqueFd> listen_unix(PathArg path, SocketType type = SocketType::stream, int backlog = 128);

/// Connects; not_found when there is no socket, `unavailable` (ECONNREFUSED) when nobody listens.
Result<UniqueFd> connect_unix(PathArg path, SocketType type = SocketType::stream);

/// A datagram socket at `path`, as above, with the mode of its file. receive_message() reads from it.
Result<UniqueFd> bind_datagram(PathArg path, mode_t mode);

/// One datagram to whoever is bound to `path`; `unavailable` (ECONNREFUSED) when nobody is.
Result<> send_datagram(PathArg path, Bytes bytes);

/// Waits for a connection.
Result<UniqueFd> accept_connection(BorrowedFd listener);

/// Sends all of `bytes`, the descriptors with the first of them; at least one byte and at most 253
/// descriptors. No SIGPIPE: a closed other end is `unavailable`.
Result<> send_message(BorrowedFd socket, Bytes bytes, std::span<const BorrowedFd> fds = {});

struct ReceivedMessage {
  std::size_t size = 0;  ///< 0: the other end is closed.
  std::vector<UniqueFd> fds;
};

/// Waits for bytes, at most as many as fit, and the descriptors sent with them, CLOEXEC. More descriptors
/// than `max_fds` (at most 253) or, for seqpacket, more bytes than fit are data_loss: everything received is
/// closed.
Result<ReceivedMessage> receive_message(BorrowedFd socket, MutableBytes buffer, std::size_t max_fds = 0);

/// Who was at the other end when the connection was made, in our namespaces' numbers.
struct PeerCredentials {
  pid_t pid = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};
Result<PeerCredentials> peer_credentials(BorrowedFd socket);

/// A pidfd of that process (kernel 6.5); nothing on older kernels.
Result<std::optional<UniqueFd>> peer_pidfd(BorrowedFd socket);

}  // namespace corten::sys
