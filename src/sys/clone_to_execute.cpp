#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>

#include "sys/clone.hpp"

namespace corten::sys {

namespace {

// The address sanitizer does not know the stack that the child would stand on.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

Result<Clone> copy_to_execute(void (*run)(void*), void* argument) {
  auto clone = clone_process();
  if (!clone || clone->pid != 0) return clone;
  run(argument);
  ::_exit(1);
}

struct Call {
  void (*run)(void*);
  void* argument;
};

int make_call(void* call) {
  const auto& it = *static_cast<Call*>(call);
  it.run(it.argument);
  return 1;
}

}  // namespace

Result<Clone> clone_to_execute(void (*run)(void*), void* argument) {
  if (kSanitized) return copy_to_execute(run, argument);
  constexpr std::size_t kStackBytes = std::size_t{64} * 1024;
  // Of its own: the callers' frames are to be found as they were.
  const auto stack = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
  Call call{.run = run, .argument = argument};
  sigset_t all;
  sigset_t old_mask;
  ::sigfillset(&all);
  if (const int err = ::pthread_sigmask(SIG_SETMASK, &all, &old_mask); err != 0) {
    return fail_errno(err, "blocking signals");
  }
  int pidfd = -1;
  const pid_t pid = ::clone(make_call, stack.get() + kStackBytes,
                            CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &call, &pidfd);
  const int err = errno;
  ::pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
  if (pid < 0) return fail_errno(err, "starting a process");
  return Clone{.pid = pid, .pidfd = UniqueFd(pidfd)};
}

}  // namespace corten::sys
