#pragma once

#include <memory>
#include <stop_token>

#include "base/result.hpp"

namespace corten::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop while it lives, so that a command ends in order:
/// with what it has kept for the next try, and the terminal as it was. A second signal ends the process at
/// once. To be made before other threads, which inherit that these signals are blocked.
class Interrupt {
 public:
  static Result<Interrupt> watch();

  Interrupt(Interrupt&&) noexcept;
  Interrupt& operator=(Interrupt&&) = delete;
  ~Interrupt();

  std::stop_token token() const;

 private:
  struct State;
  explicit Interrupt(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace corten::cli
