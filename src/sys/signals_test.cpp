#include "sys/signals.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include "sys/limits.hpp"
#include "sys/test_support.hpp"
#include "sys/users.hpp"

namespace corten::sys {
namespace {

TEST(Signals, AreKnownByNameAndNumber) {
  EXPECT_EQ(parse_signal("SIGTERM").value(), SIGTERM);
  EXPECT_EQ(parse_signal("term").value(), SIGTERM);
  EXPECT_EQ(parse_signal("15").value(), 15);
  EXPECT_EQ(parse_signal("Kill").value(), SIGKILL);
  EXPECT_EQ(parse_signal("RTMIN").value(), 34);
  EXPECT_EQ(parse_signal("SIGRTMIN+3").value(), 37);
  EXPECT_EQ(parse_signal("rtmax-1").value(), 63);
  EXPECT_EQ(parse_signal("64").value(), 64);
  EXPECT_EQ(parse_signal("POLL").value(), SIGIO);
}

TEST(Signals, RefuseTheRestAndSayHow) {
  for (const char* bad : {"", "0", "65", "-1", "SIG", "SIGNOPE", "TERM ", "1x", "RTMIN-1", "RTMAX+1",
                          "RTMIN+31", "RTMIN+", "RTMAX--1", "SIGSIGTERM", "99999999999"}) {
    const auto signal = parse_signal(bad);
    ASSERT_FALSE(signal) << bad;
    EXPECT_EQ(signal.error().kind(), Errc::invalid_argument);
    EXPECT_FALSE(signal.error().hint().empty());
  }
}

TEST(Signals, NamesAreReadBack) {
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_name(SIGABRT), "SIGABRT");
  EXPECT_EQ(signal_name(37), "SIGRTMIN+3");
  EXPECT_EQ(signal_name(62), "SIGRTMAX-2");
  for (int signal = 1; signal <= 64; ++signal) {
    EXPECT_EQ(parse_signal(signal_name(signal)).value(), signal) << signal_name(signal);
  }
}

TEST(SignalFd, ReadsWhatWouldHaveInterrupted) {
  EXPECT_CHILD_PASSES([] {
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
    {
      auto signals = SignalFd::create({SIGUSR1, SIGTERM}).value();
      CHILD_CHECK(!signals.read().value());
      ::kill(::getpid(), SIGTERM);
      const auto received = signals.read().value();
      CHILD_CHECK(received && received->signal == SIGTERM);
      CHILD_CHECK(received->sender_pid == static_cast<std::uint32_t>(::getpid()));
      CHILD_CHECK(!signals.read().value());
    }
    sigset_t after;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
    CHILD_CHECK(::sigismember(&after, SIGTERM) == ::sigismember(&before, SIGTERM));
    return std::string();
  });
}

TEST(SignalFd, LeavesIgnoredSignalsIgnored) {
  EXPECT_CHILD_PASSES([] {
    ::signal(SIGHUP, SIG_IGN);  // as nohup(1) does
    auto signals = SignalFd::create({SIGHUP, SIGTERM}).value();
    ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGTERM);
    const auto received = signals.read().value();
    CHILD_CHECK(received && received->signal == SIGTERM);
    CHILD_CHECK(!received->from_kernel);
    CHILD_CHECK(!signals.read().value());
    return std::string();
  });
}

TEST(Limits, AreReadAndLowered) {
  EXPECT_CHILD_PASSES([] {
    const auto before = get_resource_limit(RLIMIT_NOFILE).value();
    CHILD_TRY(set_resource_limit(RLIMIT_NOFILE, {.soft = 99, .hard = before.hard}));
    CHILD_CHECK(get_resource_limit(RLIMIT_NOFILE).value() ==
                (ResourceLimit{.soft = 99, .hard = before.hard}));
    CHILD_CHECK(!set_resource_limit(RLIMIT_NOFILE, {.soft = 5, .hard = 4}));
    CHILD_CHECK(!get_resource_limit(RLIMIT_NOFILE, 999'999'999));
    return std::string();
  });
}

TEST(Users, KnowWhoWeAreAndWhereRootLives) {
  EXPECT_EQ(current_user().uid, ::geteuid());
  const auto root = find_host_user(0).value();
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "root");
  EXPECT_FALSE(find_host_user(3'999'999'999).value());
}

TEST(Users, WhoIsOutsideIsNotForTheEnvironmentToSay) {
  EXPECT_CHILD_PASSES([] {
    ::setenv(kOuterUidVariable, "77", 1);
    CHILD_CHECK(outer_uid() == ::geteuid());
    return std::string();
  });
}

TEST(Users, HomeIsTheEnvironmentsIfAbsolute) {
  EXPECT_CHILD_PASSES([] {
    ::setenv("HOME", "/some/where", 1);
    CHILD_CHECK(home_directory().value() == "/some/where");
    ::setenv("HOME", "relative", 1);
    const auto home = home_directory();
    CHILD_CHECK(!home || home->starts_with('/'));
    return std::string();
  });
}

}  // namespace
}  // namespace corten::sys
