#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/interruption.hpp"
#include "runtime/plan.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace corten::runtime {

/// What the init helper asks the command for while it works, in this order. An error ends the start.
class InitRequests {
 public:
  virtual ~InitRequests() = default;

  /// The helper exists and has not done anything yet.
  virtual Result<> helper_started(pid_t helper) = 0;
  /// It is in a new user namespace: write its maps.
  virtual Result<> write_id_maps(pid_t helper) = 0;
  /// The container's process exists; its number on the host.
  virtual Result<> process_made(pid_t process) = 0;
  virtual Result<> run_hooks() = 0;
  virtual Result<> take_terminal(sys::UniqueFd terminal) = 0;
  virtual Result<> take_seccomp_listener(sys::UniqueFd listener) = 0;
};

enum class Until : std::uint8_t {
  ready,     ///< Only `start` is left to wait for.
  executed,  ///< The program runs.
};

struct LaunchOptions {
  InitPlan& plan;  ///< Sent as it is when helper_started() has returned.
  const std::vector<sys::BorrowedFd>&
      fds;  ///< What the places count, the first has place 1; as it is then, too.
  const std::string& program_directory;  ///< Where the init helper may be kept: init_file.hpp.
  Until until = Until::ready;
  Interruption* interruption = nullptr;  ///< What else ends the waiting, with `canceled`.
};

/// Starts the init helper and serves its requests. The container's process is a child of this process, and
/// killed when the result is dropped without detach(). Errors of the helper come whole.
Result<sys::Child> launch(const LaunchOptions& options, InitRequests& requests);

}  // namespace corten::runtime
