#include "sys/seccomp_filter.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

// Answers `call` with `answer` and lets everything else pass.
std::vector<sock_filter> answer_one(long call, std::uint32_t answer) {
  return {{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offsetof(seccomp_data, nr))},
          {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<std::uint32_t>(call)},
          {BPF_RET | BPF_K, 0, 0, answer},
          {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
}

Bytes bytes_of(const std::vector<sock_filter>& program) {
  return {reinterpret_cast<const std::uint8_t*>(program.data()), program.size() * sizeof(sock_filter)};
}

TEST(SeccompFilter, IsObeyedFromThenOn) {
  EXPECT_CHILD_PASSES([] {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const auto loaded = load_seccomp_filter(bytes_of(answer_one(SYS_getppid, SECCOMP_RET_ERRNO | EPROTO)), 0);
    CHILD_TRY(loaded);
    CHILD_CHECK(!loaded->has_value());
    CHILD_CHECK(::syscall(SYS_getppid) == -1 && errno == EPROTO);
    return std::string();
  });
}

TEST(SeccompFilter, GivesTheListenerWhenAsked) {
  EXPECT_CHILD_PASSES([] {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!has_seccomp_action(SECCOMP_RET_USER_NOTIF)) return std::string("skip: no listeners in this kernel");
    const auto loaded = load_seccomp_filter(bytes_of(answer_one(SYS_getppid, SECCOMP_RET_USER_NOTIF)),
                                            SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC);
    CHILD_TRY(loaded);
    CHILD_CHECK(loaded->has_value());
    CHILD_CHECK(::fcntl((*loaded)->get(), F_GETFD) == FD_CLOEXEC);
    return std::string();
  });
}

TEST(SeccompFilter, RefusesWhatIsNoProgram) {
  EXPECT_FALSE(load_seccomp_filter({}, 0));
  const std::vector<std::uint8_t> odd(12);
  EXPECT_EQ(load_seccomp_filter(odd, 0).error().kind(), Errc::invalid_argument);
  const std::vector<std::uint8_t> huge((kMaxFilterInstructions + 1) * 8);
  EXPECT_EQ(load_seccomp_filter(huge, 0).error().kind(), Errc::invalid_argument);
}

TEST(SeccompFilter, KnowsWhatTheKernelKnows) {
  EXPECT_TRUE(has_seccomp_action(SECCOMP_RET_ERRNO));
  EXPECT_FALSE(has_seccomp_action(0x12340000U));
  EXPECT_TRUE(has_seccomp_flags(SECCOMP_FILTER_FLAG_TSYNC));
  EXPECT_FALSE(has_seccomp_flags(1U << 30U));
}

}  // namespace
}  // namespace corten::sys
