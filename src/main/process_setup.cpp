#include "main/process_setup.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
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

void die_of(int signal_number) {
  (void)::prctl(PR_SET_DUMPABLE, 0);
  set_handler(signal_number, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal_number);
  (void)::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  (void)::raise(signal_number);
  ::_exit(128 + signal_number);  // not reached
}

}  // namespace corten::process
