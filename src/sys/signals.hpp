#pragma once

#include <signal.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sys/fd.hpp"

namespace corten::sys {

/// A signal as users type it for `kill -s` and STOPSIGNAL: "SIGTERM", "term", "15", "RTMIN+3", "SIGRTMAX-1".
Result<int> parse_signal(std::string_view text);

/// "SIGTERM"; "SIGRTMIN+3" for real-time signals; the number for one without a name.
std::string signal_name(int signal);

/// Takes signals as data: blocked in the calling thread (call it before others start, they inherit the mask)
/// and read from a descriptor. Dropping it restores the mask; what is pending then is delivered as usual.
/// Signals that are ignored stay so, as nohup(1) and shells that start a command in the background want it.
class SignalFd {
 public:
  static Result<SignalFd> create(std::initializer_list<int> signals);

  SignalFd(SignalFd&&) noexcept = default;
  SignalFd& operator=(SignalFd&&) = delete;
  SignalFd(const SignalFd&) = delete;
  SignalFd& operator=(const SignalFd&) = delete;
  ~SignalFd();

  /// Readable when a signal is pending: for poll().
  const UniqueFd& fd() const { return fd_; }

  struct Received {
    int signal;
    std::uint32_t sender_pid;
    std::uint32_t sender_uid;
    /// From the terminal, for example. A sender_pid of 0 does not say it: so are senders in outer namespaces.
    bool from_kernel;
  };
  /// Does not wait: nothing when no signal is pending.
  Result<std::optional<Received>> read();

 private:
  SignalFd(UniqueFd fd, const sigset_t& old_mask) : fd_(std::move(fd)), old_mask_(old_mask) {}

  UniqueFd fd_;
  sigset_t old_mask_;
};

}  // namespace corten::sys
