#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "sys/retry.hpp"
#include "sys/socket.hpp"

namespace corten::sys {

namespace {

constexpr std::size_t kMaxFds = 253;  // SCM_MAX_FD of the kernel

// Room for the control message; the alignment is cmsghdr's.
struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxFds * sizeof(int))> bytes{};
};

void attach_fds(msghdr& message, Control& control, std::span<const BorrowedFd> fds) {
  const auto payload = fds.size() * sizeof(int);
  message.msg_control = control.bytes.data();
  message.msg_controllen = CMSG_SPACE(payload);
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(payload);
  auto* place = CMSG_DATA(header);
  for (const auto fd : fds) {
    const int raw = fd.get();
    std::memcpy(place, &raw, sizeof raw);
    place += sizeof raw;
  }
}

std::vector<UniqueFd> take_fds(msghdr& message) {
  std::vector<UniqueFd> fds;
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const auto count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

Result<> send_message(BorrowedFd socket, Bytes bytes, std::span<const BorrowedFd> fds) {
  if (bytes.empty()) return fail(Errc::invalid_argument, "sending a message of no bytes");
  if (fds.size() > kMaxFds) {
    return fail(Errc::invalid_argument, "sending {} descriptors at once, at most {} go", fds.size(), kMaxFds);
  }
  Control control;
  while (!bytes.empty()) {
    // sendmsg does not write through iov_base.
    iovec part{.iov_base = const_cast<std::uint8_t*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) attach_fds(message, control, fds);
    const auto size = retry_on_eintr([&] { return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL); });
    if (size < 0) {
      const int err = errno;
      return fail_errno(err, "sending a message");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    fds = {};  // they went with the first part
  }
  return {};
}

Result<ReceivedMessage> receive_message(BorrowedFd socket, MutableBytes buffer, std::size_t max_fds) {
  if (max_fds > kMaxFds) {
    return fail(Errc::invalid_argument, "expecting {} descriptors at once, at most {} come", max_fds,
                kMaxFds);
  }
  Control control;
  iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const auto size = retry_on_eintr([&] { return ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC); });
  if (size < 0) {
    const int err = errno;
    return fail_errno(err, "receiving a message");
  }
  // First of all they become ours, so that every way out closes them.
  ReceivedMessage received{.size = static_cast<std::size_t>(size), .fds = take_fds(message)};
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    return fail(Errc::data_loss, "receiving a message: some of its descriptors were lost");
  }
  if ((message.msg_flags & MSG_TRUNC) != 0) {
    return fail(Errc::data_loss, "receiving a message of more than {} bytes", buffer.size());
  }
  if (received.fds.size() > max_fds) {
    return fail(Errc::data_loss, "receiving {} descriptors, at most {} were expected", received.fds.size(),
                max_fds);
  }
  return received;
}

}  // namespace corten::sys
