#include "sys/socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <string>

#include "sys/file.hpp"
#include "sys/retry.hpp"

// Kernel 6.5; Debian 12's headers lack it.
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

namespace corten::sys {

namespace {

int socket_type(SocketType type) { return type == SocketType::stream ? SOCK_STREAM : SOCK_SEQPACKET; }

Result<UniqueFd> create_socket(int type) {
  const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "making a socket");
  }
  return UniqueFd(fd);
}

bool fits(std::string_view path) { return path.size() < sizeof(sockaddr_un::sun_path); }

sockaddr_un address_of(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// An empty path would be an abstract or automatic name.
Result<> check_path(PathArg path) {
  if (path.view().empty()) return fail(Errc::invalid_argument, "'{}' is not a socket path", path.shown());
  return {};
}

// A path as short as it gets for a name in an open directory.
struct ShortPath {
  UniqueFd directory;  // keeps `text` true
  std::string text;
};

Result<ShortPath> shorten(PathArg path) {
  ShortPath result;
  if (fits(path.view())) {
    result.text = path.view();
    return result;
  }
  const std::string whole(path.view());
  const auto slash = whole.rfind('/');
  const auto name = whole.substr(slash == std::string::npos ? 0 : slash + 1);
  const auto parent = slash == std::string::npos ? std::string(".") : whole.substr(0, slash + 1);
  result.directory = TRY(open(parent, O_PATH | O_DIRECTORY));
  result.text = proc_path(result.directory) + "/" + name;
  if (!fits(result.text)) return fail_errno(ENAMETOOLONG, "the socket name '{}'", name);
  return result;
}

Result<UniqueFd> connect(PathArg path, int type) {
  TRY(check_path(path));
  auto fd = TRY(create_socket(type));
  ShortPath place;
  if (fits(path.view())) {
    place.text = path.view();
  } else {
    // Any length of name: a descriptor of the socket file itself.
    place.directory = TRY(open(path, O_PATH));
    place.text = proc_path(place.directory);
  }
  const auto address = address_of(place.text);
  if (retry_on_eintr([&] { return ::connect(fd.get(), generic(address), sizeof address); }) != 0) {
    const int err = errno;
    return fail_errno(err, "connecting to '{}'", path.shown());
  }
  return fd;
}

}  // namespace

Result<SocketPair> create_socket_pair(SocketType type) {
  int ends[2];
  if (::socketpair(AF_UNIX, socket_type(type) | SOCK_CLOEXEC, 0, ends) != 0) {
    const int err = errno;
    return fail_errno(err, "making a socket pair");
  }
  return SocketPair{.first = UniqueFd(ends[0]), .second = UniqueFd(ends[1])};
}

Result<UniqueFd> listen_unix(PathArg path, SocketType type, int backlog) {
  TRY(check_path(path));
  auto fd = TRY(create_socket(socket_type(type)));
  const auto place = TRY(shorten(path));
  const auto address = address_of(place.text);
  if (::bind(fd.get(), generic(address), sizeof address) != 0 || ::listen(fd.get(), backlog) != 0) {
    const int err = errno;
    return fail_errno(err, "listening on '{}'", path.shown());
  }
  return fd;
}

Result<UniqueFd> bind_datagram(PathArg path, mode_t mode) {
  TRY(check_path(path));
  auto fd = TRY(create_socket(SOCK_DGRAM));
  const auto place = TRY(shorten(path));
  const auto address = address_of(place.text);
  if (::bind(fd.get(), generic(address), sizeof address) != 0 || ::chmod(place.text.c_str(), mode) != 0) {
    const int err = errno;
    return fail_errno(err, "making a socket at '{}'", path.shown());
  }
  return fd;
}

Result<> send_datagram(PathArg path, Bytes bytes) {
  const auto fd = TRY(connect(path, SOCK_DGRAM));
  if (retry_on_eintr([&] { return ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }) < 0) {
    const int err = errno;
    return fail_errno(err, "sending to '{}'", path.shown());
  }
  return {};
}

Result<UniqueFd> connect_unix(PathArg path, SocketType type) { return connect(path, socket_type(type)); }

Result<UniqueFd> accept_connection(BorrowedFd listener) {
  int fd = retry_on_eintr([&] { return ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC); });
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
    // A seccomp filter may know the older call only, and a container's process is past its filter here.
    // check_style: allow(banned) CLOEXEC is set below
    fd = retry_on_eintr([&] { return ::accept(listener.get(), nullptr, nullptr); });  // NOLINT(android-*)
    if (fd >= 0) (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "accepting a connection");
  }
  return UniqueFd(fd);
}

Result<PeerCredentials> peer_credentials(BorrowedFd socket) {
  ucred raw{};
  socklen_t size = sizeof raw;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &raw, &size) != 0) {
    const int err = errno;
    return fail_errno(err, "asking who is connected");
  }
  return PeerCredentials{.pid = raw.pid, .uid = raw.uid, .gid = raw.gid};
}

Result<std::optional<UniqueFd>> peer_pidfd(BorrowedFd socket) {
  int fd = -1;
  socklen_t size = sizeof fd;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0) return UniqueFd(fd);
  const int err = errno;
  if (err == ENOPROTOOPT) return std::nullopt;
  return fail_errno(err, "asking for a descriptor of the connected process");
}

}  // namespace corten::sys
