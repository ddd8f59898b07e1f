// corten-init: the init helper of the runtime, a small static program. `corten` carries it inside and
// executes it from memory; its only argument is the descriptor of its end of the channel (runtime/plan.hpp).
#include <sys/prctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>

#include "base/error_wire.hpp"
#include "runtime/init/stage1.hpp"
#include "sys/fd.hpp"

namespace {

// -1 unless the argument is a descriptor number.
int parse_descriptor(const char* text) {
  int fd = -1;
  const auto* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, fd);
  return parsed.ec == std::errc() && parsed.ptr == end && fd > 2 ? fd : -1;
}

int run(int fd) {
  corten::runtime::Channel channel{corten::sys::UniqueFd(fd)};
  if (!corten::sys::set_on_exec(channel.socket(), corten::sys::OnExec::close)) return 1;
  const auto done = corten::runtime::run_stage1(channel);
  if (done) return 0;
  (void)channel.send(corten::runtime::MessageType::error, corten::encode_error(done.error()));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int fd = argc == 2 ? parse_descriptor(argv[1]) : -1;
  if (fd < 0) {
    std::fputs("corten-init: started by corten only\n", stderr);
    return 1;
  }
  // Executed from a descriptor, it would be called by its number (execveat(2)).
  (void)::prctl(PR_SET_NAME, "corten-init", 0, 0, 0);
  try {
    // Past the destructors of what stage 2 has a copy of: they would only cost time.
    ::_exit(run(fd));
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "corten-init: internal error: %s\n", exception.what());
    ::_exit(1);
  }
}
