#include "sys/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace corten::sys {

Result<Pipe> create_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    const int err = errno;
    return fail_errno(err, "making a pipe");
  }
  return Pipe{.reader = UniqueFd(ends[0]), .writer = UniqueFd(ends[1])};
}

}  // namespace corten::sys
