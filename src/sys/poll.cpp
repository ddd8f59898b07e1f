#include "sys/poll.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <vector>

namespace corten::sys {

int poll_timeout(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

Result<bool> wait_readable(BorrowedFd fd, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  pollfd entry{.fd = fd.get(), .events = POLLIN, .revents = 0};
  while (true) {
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready >= 0) return ready > 0;
    const int err = errno;
    if (err != EINTR) return fail_errno(err, "waiting for descriptor {}", fd.get());
  }
}

Result<std::size_t> wait_any_readable(std::span<const BorrowedFd> fds) {
  std::vector<pollfd> entries;
  for (const auto fd : fds) entries.push_back({.fd = fd.get(), .events = POLLIN, .revents = 0});
  while (::poll(entries.data(), entries.size(), -1) < 0) {
    const int err = errno;
    if (err != EINTR) return fail_errno(err, "waiting for {} descriptors", fds.size());
  }
  const auto ready = std::ranges::find_if(entries, [](const pollfd& entry) { return entry.revents != 0; });
  return static_cast<std::size_t>(ready - entries.begin());
}

}  // namespace corten::sys
