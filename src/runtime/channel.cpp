#include "runtime/channel.hpp"

#include <memory>
#include <string_view>
#include <utility>

#include "base/error_wire.hpp"
#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxFds = 253;  // SCM_MAX_FD of the kernel
constexpr auto kFirst = static_cast<std::uint8_t>(MessageType::plan);
constexpr auto kLast = static_cast<std::uint8_t>(MessageType::error);

std::string_view name_of(MessageType type) {
  switch (type) {
    case MessageType::plan:
      return "plan";
    case MessageType::id_maps_written:
      return "id_maps_written";
    case MessageType::hooks_done:
      return "hooks_done";
    case MessageType::proceed:
      return "proceed";
    case MessageType::send_listener:
      return "send_listener";
    case MessageType::need_id_maps:
      return "need_id_maps";
    case MessageType::init_process:
      return "init_process";
    case MessageType::run_hooks:
      return "run_hooks";
    case MessageType::terminal:
      return "terminal";
    case MessageType::seccomp_listener:
      return "seccomp_listener";
    case MessageType::ready:
      return "ready";
    case MessageType::warning:
      return "warning";
    case MessageType::error:
      return "error";
  }
  return "?";
}

}  // namespace

Result<Message> decode_message(std::string_view packet) {
  if (packet.empty()) return fail(Errc::data_loss, "a message of no bytes");
  const auto type = static_cast<std::uint8_t>(packet.front());
  if (type < kFirst || type > kLast) return fail(Errc::data_loss, "a message of the unknown type {}", type);
  return Message{.type = static_cast<MessageType>(type), .text = std::string(packet.substr(1))};
}

Result<Channel::Pair> Channel::create() {
  auto pair = TRY(sys::create_socket_pair(sys::SocketType::seqpacket));
  return Pair{.ours = Channel(std::move(pair.first)), .theirs = Channel(std::move(pair.second))};
}

Result<> Channel::send(MessageType type, std::string_view text, std::span<const sys::BorrowedFd> fds) {
  if (text.size() > kMaxTextBytes) {
    return fail(Errc::invalid_argument, "the message '{}' has {} bytes, at most {} go", name_of(type),
                text.size(), kMaxTextBytes);
  }
  std::string packet(1, static_cast<char>(type));
  packet += text;
  TRY_CTX(sys::send_message(socket_, as_bytes(packet), fds), "sending '{}' over the init channel",
          name_of(type));
  return {};
}

Result<> Channel::write(MessageType type, std::string_view text) {
  std::string packet(1, static_cast<char>(type));
  packet += text;
  TRY_CTX(sys::write_all(socket_, as_bytes(packet)), "sending '{}' over the init channel", name_of(type));
  return {};
}

Result<std::optional<Message>> Channel::receive() {
  // Not cleared: most messages are a few bytes, and that would touch every page of it.
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kMaxTextBytes + 1);
  auto received = TRY(sys::receive_message(socket_, {buffer.get(), kMaxTextBytes + 1}, kMaxFds));
  if (received.size == 0) return std::nullopt;
  auto message = TRY(decode_message({reinterpret_cast<const char*>(buffer.get()), received.size}));
  if (message.type == MessageType::error) {
    auto error = TRY_CTX(decode_error(message.text), "reading an error from the init channel");
    return std::unexpected(std::move(error));
  }
  message.fds = std::move(received.fds);
  return message;
}

Result<Message> Channel::expect(MessageType type) {
  auto message = TRY(receive());
  if (!message) {
    return fail(Errc::unavailable, "waiting for '{}' on the init channel: the other end is gone",
                name_of(type));
  }
  if (message->type != type) {
    return fail(Errc::data_loss, "waiting for '{}' on the init channel: got '{}'", name_of(type),
                name_of(message->type));
  }
  return std::move(*message);
}

}  // namespace corten::runtime
