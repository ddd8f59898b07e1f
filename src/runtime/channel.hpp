#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "sys/fd.hpp"

namespace corten::runtime {

/// What the command and the init helper say to each other. One message is one packet of a seqpacket socket: a
/// byte for the type, then the text; descriptors go along by SCM_RIGHTS.
enum class MessageType : std::uint8_t {
  // From the command to the helper.
  plan = 1,         ///< Descriptor: a sealed memfd with the InitPlan; then those that it numbers.
  id_maps_written,  ///< The answer to need_id_maps.
  hooks_done,       ///< The answer to run_hooks.
  proceed,          ///< The answer to init_process (text: that number again) and to seccomp_listener.
  send_listener,    ///< Another answer to that: the command cannot fetch it (before kernel 5.6).

  // From the helper to the command.
  need_id_maps,  ///< It is in a new user namespace and waits for its maps.
  init_process,  ///< Descriptor: a pidfd of the container's process. Text: its number in decimal, in the pid
                 ///< namespace of the command (stage 1 never leaves that one, so clone() told it).
  run_hooks,     ///< Namespaces and mounts are there, the root is not entered: prestart, createRuntime.
  terminal,      ///< Descriptor: the controlling end of the new terminal.
  seccomp_listener,  ///< The listener, to be sent on to listenerPath. Text: its number in the helper; after
                     ///< send_listener the descriptor itself.
  ready,             ///< Only start (or nothing) is left to wait for.
  warning,           ///< Text: what could not be had and is done without; to be shown, not answered.

  // Both ways.
  error,  ///< Text: encode_error(). The sender ends.
};

struct Message {
  MessageType type = MessageType::error;
  std::string text = {};
  std::vector<sys::UniqueFd> fds = {};
};

/// The packet without its descriptors; data_loss for an empty one or an unknown type.
Result<Message> decode_message(std::string_view packet);

/// One end of the channel; both ends are in one-threaded processes.
class Channel {
 public:
  explicit Channel(sys::UniqueFd socket) : socket_(std::move(socket)) {}

  /// A pair of ends, CLOEXEC.
  struct Pair;
  static Result<Pair> create();

  /// Texts of more than 64 KiB are refused: they belong into a memfd.
  Result<> send(MessageType type, std::string_view text = {}, std::span<const sys::BorrowedFd> fds = {});

  /// As send(), by write(2): for a short text from a process whose other calls may be stopped.
  Result<> write(MessageType type, std::string_view text);

  /// The next message; nothing when the other end is closed. A message of type error is that error.
  Result<std::optional<Message>> receive();

  /// The next message, which must be `type`: data_loss for another type, unavailable for the end.
  Result<Message> expect(MessageType type);

  const sys::UniqueFd& socket() const { return socket_; }

 private:
  sys::UniqueFd socket_;
};

struct Channel::Pair {
  Channel ours;
  Channel theirs;
};

}  // namespace corten::runtime
