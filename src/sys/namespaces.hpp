#pragma once

#include <sys/types.h>

#include "sys/fd.hpp"

/// Entering namespaces. `flags` and `type` are the CLONE_NEW* of <sched.h>.
namespace corten::sys {

/// Moves the calling thread into new namespaces. A user namespace needs a single-threaded process.
Result<> unshare(int flags);

/// Joins one namespace by its descriptor, or several by a pidfd (kernel 5.8). `types` 0 takes whatever the
/// descriptor is.
Result<> setns(BorrowedFd fd, int types = 0);

/// `name` as in /proc/PID/ns: "user", "mnt", "net", "pid_for_children", ...; `pid` 0 is the caller.
Result<UniqueFd> open_namespace(const char* name, pid_t pid = 0);

/// Whether two descriptors of namespaces (or other files) are the same one.
Result<bool> same_namespace(BorrowedFd a, BorrowedFd b);

}  // namespace corten::sys
