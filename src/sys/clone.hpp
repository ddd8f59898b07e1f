#pragma once

#include <sys/types.h>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"

namespace corten::sys {

/// The two sides of a new process.
struct Clone {
  pid_t pid = 0;   ///< 0 in the child.
  UniqueFd pidfd;  ///< Owned by the parent; none in the child.
};

/// A copy of this process: clone3 with a pidfd and default signal handlers (kernel 5.5), else clone with a
/// pidfd (5.2). Other threads do not exist in the child and their locks may be held, so the child may
/// make async-signal-safe calls only, and ends with execve or _exit. Signals are blocked in the child.
///
/// CLOEXEC does nothing before execve: until then the child holds a copy of every descriptor, also of pipes
/// and locks (flock and OFD locks) that other threads are about to drop. A child that does not execute at
/// once must close everything it does not need (close_from), or others wait for an end of file that never
/// comes.
Result<Clone> clone_process(const Kernel& kernel = {});

/// A process for `run`, which must end in execve or _exit and may make async-signal-safe calls only. It works
/// in our memory while this thread waits for that (as vfork(2)): nothing is copied, which otherwise is most
/// of the price of a process. Signals are blocked in it. Kernel 5.2.
Result<Clone> clone_to_execute(void (*run)(void*), void* argument);

/// As clone_process(), but the new process is a child of our parent (CLONE_PARENT), in the pid and time
/// namespaces that unshare() and setns() have chosen for children. Only in a process of one thread that ends
/// soon afterwards: no async-signal-safety is asked of the child then. Kernel 5.2.
Result<Clone> clone_sibling();

/// In the child: every signal back to its default action, none blocked. What our parent ignored (nohup,
/// SIGPIPE) is not passed on. Async-signal-safe.
void reset_signals() noexcept;

}  // namespace corten::sys
