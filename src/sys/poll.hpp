#pragma once

#include <chrono>

#include "sys/fd.hpp"

namespace corten::sys {

/// Whether `fd` became readable (or its other end closed) within `timeout`; signals do not cut it short.
Result<bool> wait_readable(BorrowedFd fd, std::chrono::milliseconds timeout);

/// What poll(2) wants to know of a point in time: milliseconds from now, rounded up, at least 0.
int poll_timeout(std::chrono::steady_clock::time_point deadline);

}  // namespace corten::sys
