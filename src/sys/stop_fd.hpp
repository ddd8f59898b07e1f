#pragma once

#include <memory>
#include <stop_token>

#include "base/result.hpp"
#include "sys/pipe.hpp"

namespace corten::sys {

/// A request to stop as a descriptor, for whoever waits in poll().
class StopFd {
 public:
  static Result<StopFd> create(const std::stop_token& stop);

  /// Readable once stop was requested.
  BorrowedFd fd() const { return state_->ends.reader; }

 private:
  struct Wake {
    BorrowedFd writer;
    void operator()() const noexcept;
  };
  struct State {
    State(Pipe made, const std::stop_token& stop)
        : ends(std::move(made)), on_stop(stop, Wake{.writer = ends.writer}) {}
    Pipe ends;
    std::stop_callback<Wake> on_stop;
  };
  explicit StopFd(std::unique_ptr<State> state) : state_(std::move(state)) {}

  std::unique_ptr<State> state_;
};

}  // namespace corten::sys
