#include "sys/seccomp_filter.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace corten::sys {
namespace {

long seccomp(unsigned operation, unsigned flags, void* argument) {
  return ::syscall(SYS_seccomp, operation, flags, argument);
}

std::unexpected<Error> refused(int err) {
  auto failure = fail_errno(err, "loading a seccomp filter");
  if (err == EACCES)
    return with_hint(std::move(failure), "set no_new_privs, or keep CAP_SYS_ADMIN until then");
  return failure;
}

}  // namespace

Result<std::optional<UniqueFd>> load_seccomp_filter(Bytes program, std::uint32_t flags) {
  const std::size_t count = program.size() / sizeof(sock_filter);
  if (count == 0 || count > kMaxFilterInstructions || program.size() % sizeof(sock_filter) != 0) {
    return fail(Errc::invalid_argument,
                "a seccomp filter of {} bytes: 1 to {} instructions of {} bytes are needed", program.size(),
                kMaxFilterInstructions, sizeof(sock_filter));
  }
  std::vector<sock_filter> instructions(count);
  std::memcpy(instructions.data(), program.data(), program.size());
  sock_fprog filter{.len = static_cast<unsigned short>(count), .filter = instructions.data()};

  // Both return something positive, a descriptor and a thread: the kernel wants to be told which (5.7).
  constexpr std::uint32_t kAmbiguous = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER;
  if ((flags & kAmbiguous) == kAmbiguous) flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;

  const long result = seccomp(SECCOMP_SET_MODE_FILTER, flags, &filter);
  if (result < 0) {
    const int err = errno;
    return refused(err);
  }
  if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) return UniqueFd(static_cast<int>(result));
  if (result > 0) {
    return fail(Errc::failed_precondition, "loading a seccomp filter: thread {} has filters of its own",
                result);
  }
  return std::nullopt;
}

bool has_seccomp_action(std::uint32_t action) { return seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0; }

bool has_seccomp_flags(std::uint32_t flags) {
  // The flags are looked at before the program, which is not there.
  return seccomp(SECCOMP_SET_MODE_FILTER, flags, nullptr) == -1 && errno == EFAULT;
}

}  // namespace corten::sys
