#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "sys/fd.hpp"

namespace corten::sys {

/// Whether `fd` became readable (or its other end closed) within `timeout`; signals do not cut it short.
Result<bool> wait_readable(BorrowedFd fd, std::chrono::milliseconds timeout);

/// Waits until one of at least one descriptor is readable (or its other end closed): the index of the first.
Result<std::size_t> wait_any_readable(std::span<const BorrowedFd> fds);

/// What poll(2) wants to know of a point in time: milliseconds from now, rounded up, at least 0.
int poll_timeout(std::chrono::steady_clock::time_point deadline);

}  // namespace corten::sys
