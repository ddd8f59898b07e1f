#include "sys/stop_fd.hpp"

#include <unistd.h>

#include <utility>

namespace corten::sys {

Result<StopFd> StopFd::create(const std::stop_token& stop) {
  auto pipe = TRY(create_pipe());
  return StopFd(std::make_unique<State>(std::move(pipe), stop));
}

// A byte and not the end of the stream: a child that is just being started has a copy of the writer.
void StopFd::Wake::operator()() const noexcept { (void)!::write(writer.get(), "", 1); }

}  // namespace corten::sys
