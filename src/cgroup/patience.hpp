#pragma once

#include <chrono>

namespace corten::cgroup {

/// Waiting for what the kernel does by itself soon, with ever longer pauses, for a bounded time. (inotify and
/// poll(2) would tell of some of it, but not of all, and not on v1.)
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds limit = std::chrono::seconds(10))
      : deadline_(std::chrono::steady_clock::now() + limit) {}

  /// False when the time is over; else true after a pause.
  bool pause();

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::microseconds next_{50};
};

}  // namespace corten::cgroup
