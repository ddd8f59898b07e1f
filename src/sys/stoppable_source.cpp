#include "sys/stoppable_source.hpp"

#include <array>
#include <utility>

#include "sys/file.hpp"
#include "sys/poll.hpp"

namespace corten::sys {

Result<StoppableSource> StoppableSource::create(BorrowedFd fd, std::stop_token stop) {
  auto stop_fd = TRY(StopFd::create(stop));
  return StoppableSource(fd, std::move(stop), std::move(stop_fd));
}

Result<std::size_t> StoppableSource::read(MutableBytes buffer) {
  const std::array<BorrowedFd, 2> waiting = {stop_fd_.fd(), fd_};
  TRY(wait_any_readable(waiting));
  if (stop_.stop_requested()) return fail(Errc::canceled, "canceled");
  return read_some(fd_, buffer);
}

}  // namespace corten::sys
