#pragma once

#include <chrono>
#include <optional>

#include "sys/fd.hpp"
#include "sys/signals.hpp"

namespace corten::runtime {

/// SIGHUP, SIGINT, SIGQUIT and SIGTERM for a command that has to clean up when it is told to end while it
/// waits: for a hook, or for the init helper. They are blocked while this lives; one that nobody waited for
/// is delivered afterwards.
class Interruption {
 public:
  static Result<Interruption> begin();

  /// Whether `fd` became readable in time (no timeout: whenever). `canceled` when one of the signals came
  /// first, which is then taken: the next wait is only ended by another one.
  Result<bool> wait_for(sys::BorrowedFd fd, std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// The last signal that ended a wait; 0 for none.
  int signal() const { return signal_; }

 private:
  explicit Interruption(sys::SignalFd signals) : signals_(std::move(signals)) {}

  sys::SignalFd signals_;
  int signal_ = 0;
};

/// interruption.wait_for(); without one only the descriptor and the time end the wait.
Result<bool> wait_for(sys::BorrowedFd fd, std::optional<std::chrono::milliseconds> timeout,
                      Interruption* interruption);

}  // namespace corten::runtime
