#pragma once

#include "runtime/notify_socket.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"

namespace corten::runtime {

/// For a command that stays until its container's process ends: signals meant for us go to that process, a
/// terminal is relayed.
class Foreground {
 public:
  /// Signals are held back from here on, so that none is lost before wait().
  static Result<Foreground> begin();

  /// Until `process` ends. `terminal` is the controlling end of its terminal, or none; `notify` may be null.
  Result<sys::ExitStatus> wait(sys::Child& process, sys::UniqueFd terminal, NotifyRelay* notify = nullptr);

 private:
  explicit Foreground(sys::SignalFd signals) : signals_(std::move(signals)) {}
  sys::SignalFd signals_;
};

}  // namespace corten::runtime
