#include "main/process_setup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace corten::process {
namespace {

void set_handler(int signal_number, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  (void)::sigaction(signal_number, &action, nullptr);  // fails only for numbers that are not signals
}

}  // namespace

bool ensure_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // open() gives the lowest free number, which is this one: those below are open. It is to be inherited.
    if (::open("/dev/null", O_RDWR) != fd) return false;  // NOLINT(android-cloexec-open)
  }
  return true;
}

void survive_broken_pipes() {
  set_handler(SIGPIPE, [](int) {});
}

void die_of_broken_pipe() {
  set_handler(SIGPIPE, SIG_DFL);
  sigset_t pipe_only;
  ::sigemptyset(&pipe_only);
  ::sigaddset(&pipe_only, SIGPIPE);
  (void)::sigprocmask(SIG_UNBLOCK, &pipe_only, nullptr);
  (void)::raise(SIGPIPE);
  ::_exit(128 + SIGPIPE);  // not reached
}

}  // namespace corten::process
