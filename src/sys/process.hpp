#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"

namespace corten::sys {

/// How a process ended: with a code or by a signal.
struct ExitStatus {
  int code = 0;
  int signal = 0;  ///< 0 if it ended by itself.

  bool success() const { return code == 0 && signal == 0; }
  /// One number for both, as shells and Docker do: 128 + signal.
  int combined() const { return signal != 0 ? 128 + signal : code; }
  bool operator==(const ExitStatus&) const = default;
};

/// A child process by pidfd: no signal can hit another process that got its number. Dropping one that still
/// runs kills it with SIGKILL and reaps it; detach() leaves it alone.
class Child {
 public:
  Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  Child(Child&&) noexcept = default;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  /// Readable once the process has ended: for poll().
  const UniqueFd& pidfd() const { return pidfd_; }

  /// Waits for its end. A second call returns the same.
  Result<ExitStatus> wait();

  /// Nothing when it still runs after `timeout`.
  Result<std::optional<ExitStatus>> wait_for(std::chrono::milliseconds timeout);

  /// Success too when it has ended already.
  Result<> kill(int signal);

  /// The caller takes over pidfd and duty to wait; nothing is killed.
  UniqueFd detach() &&;

 private:
  Result<std::optional<ExitStatus>> reap(int flags);
  void drop() noexcept;

  pid_t pid_;
  UniqueFd pidfd_;  // none once detached or moved from
  std::optional<ExitStatus> ended_;
};

/// Sends a signal through a pidfd; not_found (ESRCH) when the process has ended.
Result<> send_signal(BorrowedFd pidfd, int signal);
/// A pidfd of any process. The number may be another process's by now: see sys/pid_identity.hpp.
Result<UniqueFd> open_pidfd(pid_t pid);

/// A descriptor that the new program gets under the number `target`.
struct InheritedFd {
  BorrowedFd source;
  int target;
};

enum class Session : std::uint8_t { same, own };

struct SpawnOptions {
  /// argv[0] is the program's own name; without `program` it is also what is executed.
  std::vector<std::string> argv;
  /// A path, or a name to find in PATH (absolute entries only).
  std::string program = {};
  /// Execute this open file instead, a sealed memfd for example. ELF programs only: a script could not be
  /// opened again by its interpreter.
  std::optional<BorrowedFd> program_fd = std::nullopt;
  /// "NAME=value" each; the environment of this process if absent.
  std::optional<std::vector<std::string>> env = std::nullopt;
  std::optional<BorrowedFd> working_directory = std::nullopt;
  /// Inherited from this process if absent.
  std::optional<BorrowedFd> standard_input = std::nullopt;
  std::optional<BorrowedFd> standard_output = std::nullopt;
  std::optional<BorrowedFd> standard_error = std::nullopt;
  /// Besides the standard streams; every other descriptor is closed by execve, also those that a careless
  /// parent left open to us.
  std::vector<InheritedFd> inherited = {};
  Session session = Session::same;
  /// Sent to the child when the thread that spawned it ends; 0 for none.
  int parent_death_signal = 0;
};

/// Starts a program. All failures up to and including execve are this call's: "executing 'x': No such file or
/// directory". The program starts with default signal actions and nothing blocked. Safe in threaded
/// processes.
Result<Child> spawn(const SpawnOptions& options, const Kernel& kernel = {});

/// The first executable file `name` in the absolute directories of PATH; nothing if there is none.
std::optional<std::string> find_program(const std::string& name);

}  // namespace corten::sys
