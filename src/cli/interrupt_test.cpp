#include "cli/interrupt.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace corten::cli {
namespace {

bool wait_for_stop(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, token, std::chrono::seconds(10), [] { return false; });
  return token.stop_requested();
}

TEST(Interrupt, ASignalIsARequestToStop) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto interrupt = Interrupt::watch();
    ASSERT_TRUE(interrupt) << interrupt.error().message();
    EXPECT_FALSE(interrupt->token().stop_requested());
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    EXPECT_TRUE(wait_for_stop(interrupt->token())) << signal;
  }
}

TEST(Interrupt, AfterwardsSignalsAreAsBefore) {
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  {
    const auto interrupt = Interrupt::watch();
    sigset_t inside;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &inside);
    EXPECT_EQ(::sigismember(&inside, SIGINT), 1);
  }
  sigset_t after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(::sigismember(&after, SIGINT), ::sigismember(&before, SIGINT));
}

TEST(Interrupt, ASecondSignalEndsTheProcess) {
  const auto child = ::fork();
  if (child == 0) {
    const auto interrupt = Interrupt::watch();
    if (!interrupt) ::_exit(1);
    (void)::kill(::getpid(), SIGTERM);
    if (!wait_for_stop(interrupt->token())) ::_exit(2);
    (void)::kill(::getpid(), SIGTERM);
    ::sleep(10);
    ::_exit(3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGTERM);
}

}  // namespace
}  // namespace corten::cli
