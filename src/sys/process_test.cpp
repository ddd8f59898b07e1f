#include "sys/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "sys/file.hpp"
#include "sys/limits.hpp"
#include "sys/memfd.hpp"
#include "sys/pid_identity.hpp"
#include "sys/pipe.hpp"
#include "sys/poll.hpp"
#include "sys/run_capture.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;
using namespace std::chrono_literals;

struct Way {
  const char* name;
  Kernel kernel;
};
constexpr Way kWays[] = {{"clone3", {}}, {"fork", {.clone3 = false, .close_range = false}}};

class Spawn : public testing::TestWithParam<Way> {
 protected:
  const Kernel& kernel() const { return GetParam().kernel; }
  // What `script` prints, with the given options.
  std::string output_of(const std::string& script, SpawnOptions options = {.argv = {}}) {
    auto pipe = create_pipe().value();
    options.argv = {"sh", "-c", script};
    options.standard_output = pipe.writer;
    auto child = spawn(options, kernel());
    if (!child) return child.error().message();
    pipe.writer.reset();
    auto text = read_all(pipe.reader, 100'000).value();
    EXPECT_TRUE(child->wait());
    return text;
  }
};

TEST_P(Spawn, ReturnsExitCodesAndSignals) {
  auto child = spawn({.argv = {"sh", "-c", "exit 7"}}, kernel()).value();
  EXPECT_EQ(child.wait().value(), (ExitStatus{.code = 7, .signal = 0}));
  EXPECT_EQ(child.wait().value().combined(), 7) << "a second call too";
  auto killed = spawn({.argv = {"sleep", "60"}}, kernel()).value();
  ASSERT_TRUE(killed.kill(SIGTERM));
  EXPECT_EQ(killed.wait().value(), (ExitStatus{.code = 0, .signal = SIGTERM}));
  EXPECT_EQ(killed.wait().value().combined(), 143);
  EXPECT_TRUE(killed.kill(SIGTERM)) << "it has ended already";
}

TEST_P(Spawn, WaitsForALimitedTime) {
  auto child = spawn({.argv = {"sleep", "60"}}, kernel()).value();
  EXPECT_FALSE(child.wait_for(5ms).value());
  ASSERT_TRUE(child.kill(SIGKILL));
  EXPECT_EQ(child.wait_for(10s).value().value().signal, SIGKILL);
}

TEST_P(Spawn, ReportsTheFailureOfExec) {
  const auto missing = spawn({.argv = {"/no/such/program"}}, kernel());
  EXPECT_EQ(missing.error().message(), "executing '/no/such/program': No such file or directory");
  EXPECT_EQ(missing.error().kind(), Errc::not_found);
  EXPECT_EQ(spawn({.argv = {"no-such-program-anywhere"}}, kernel()).error().message(),
            "executing 'no-such-program-anywhere': No such file or directory");
  const ScratchDir dir;
  dir.write("plain", "");
  EXPECT_EQ(spawn({.argv = {dir.path("plain")}}, kernel()).error().kind(), Errc::permission_denied);
  dir.write("junk", "\x01\x02");
  ASSERT_TRUE(fchmodat(dir.fd(), "junk", 0755));
  EXPECT_EQ(spawn({.argv = {dir.path("junk")}}, kernel()).error().errnum(), ENOEXEC);
  EXPECT_EQ(spawn({.argv = {}}, kernel()).error().kind(), Errc::invalid_argument);
  EXPECT_EQ(spawn({.argv = {""}}, kernel()).error().kind(), Errc::invalid_argument);
  EXPECT_EQ(spawn({.argv = {"echo", std::string("a\0b", 3)}}, kernel()).error().kind(),
            Errc::invalid_argument);
}

TEST_P(Spawn, APathEntryItMayNotSearchIsNoAnswer) {
  const ScratchDir dir;
  dir.mkdir("closed");
  EXPECT_CHILD_PASSES([&] {
    const auto path = "PATH=" + dir.path("closed") + ":/usr/bin:/bin";
    // Root may search everything.
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0)
      return std::string("skip: cannot drop root");
    (void)fchmodat(dir.fd(), "closed", 0);
    const auto missing = spawn({.argv = {"no-such-program"}, .env = {{path}}}, kernel());
    CHILD_CHECK(!missing && missing.error().errnum() == ENOENT);
    CHILD_TRY(spawn({.argv = {"true"}, .env = {{path}}}, kernel()));
    return std::string();
  });
}

TEST_P(Spawn, LeavesNoZombieAndNoDescriptorBehind) {
  const int before = test::count_open_fds();
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(spawn({.argv = {"/no/such/program"}}, kernel()));
    auto dropped = spawn({.argv = {"sleep", "60"}}, kernel()).value();
  }
  EXPECT_EQ(test::count_open_fds(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_P(Spawn, GivesTheProgramItsEnvironmentAndDirectory) {
  const ScratchDir dir;
  EXPECT_EQ(output_of("echo $A; pwd",
                      {.argv = {}, .env = {{"A=1 2", "PATH=/usr/bin:/bin"}}, .working_directory = dir.fd()}),
            "1 2\n" + dir.path() + "\n");
  dir.write("file", "");
  const auto file = openat(dir.fd(), "file", O_RDONLY).value();
  EXPECT_EQ(output_of("true", {.argv = {}, .working_directory = file}),
            "starting 'sh': changing to its working directory: Not a directory");
}

TEST_P(Spawn, PassesOnNothingButWhatWasAsked) {
  EXPECT_CHILD_PASSES([this] {
    // What a careless parent would leave: no CLOEXEC.
    const UniqueFd leak(::fcntl(0, F_DUPFD, 60));
    const UniqueFd leak_low(::fcntl(0, F_DUPFD, 3));
    const auto listed = output_of("ls /proc/self/fd | tr '\\n' ' '");
    // 3 is ls's own descriptor of the directory.
    return listed == "0 1 2 3 " ? std::string() : "descriptors: " + listed;
  });
}

TEST_P(Spawn, PlacesDescriptorsWhoseNumbersCross) {
  EXPECT_CHILD_PASSES([this] {
    const auto three = sealed_memfd_of("a", as_bytes("A")).value();
    const auto four = sealed_memfd_of("b", as_bytes("B")).value();
    const InheritedFd swapped[] = {{.source = four, .target = three.get()},
                                   {.source = three, .target = four.get()}};
    const auto script = fmt::format("cat <&{} <&{}; cat <&{}", three.get(), three.get(), four.get());
    const auto text = output_of(script, {.argv = {}, .inherited = {swapped[0], swapped[1]}});
    return text == "BA" ? std::string() : "read: " + text;
  });
}

TEST_P(Spawn, RefusesATargetTwice) {
  const auto null = open("/dev/null", O_RDONLY).value();
  const SpawnOptions options{.argv = {"true"},
                             .inherited = {{.source = null, .target = 5}, {.source = null, .target = 5}}};
  EXPECT_EQ(spawn(options, kernel()).error().kind(), Errc::invalid_argument);
}

TEST_P(Spawn, StartsWithDefaultSignals) {
  EXPECT_CHILD_PASSES([this] {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &mask, nullptr);
    const auto text = output_of("grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2");
    sigset_t now;
    ::sigprocmask(SIG_BLOCK, nullptr, &now);
    CHILD_CHECK(::sigismember(&now, SIGUSR1) == 1 && ::sigismember(&now, SIGUSR2) == 0);
    return text == "0000000000000000\n0000000000000000\n" ? std::string() : text;
  });
}

TEST_P(Spawn, ExecutesAnOpenFile) {
  const auto sh = open("/bin/sh", O_RDONLY).value();
  const auto copy = sealed_copy_of(sh, "sh").value();
  EXPECT_EQ(output_of("echo from memory", {.argv = {}, .program_fd = copy}), "from memory\n");
}

// Something else of the same name must never run instead (CVE-2019-5736).
TEST_P(Spawn, ExecutesNothingElseWhenTheOpenFileCannotBePlaced) {
  EXPECT_CHILD_PASSES([this] {
    const auto sh = open("/bin/sh", O_RDONLY).value();
    CHILD_TRY(set_resource_limit(RLIMIT_NOFILE, {.soft = 64, .hard = 64}));
    std::vector<UniqueFd> fill;
    while (auto fd = duplicate(sh)) fill.push_back(std::move(*fd));
    // Enough for the pipe and the pidfd in the parent; in the child for the pipe and its copy.
    fill.resize(fill.size() - 3);
    const auto child = spawn({.argv = {"true"}, .program_fd = sh}, kernel());
    CHILD_CHECK(!child);
    CHILD_CHECK(child.error().message() == "starting 'true': placing its descriptors: Too many open files");
    fill.clear();
    const auto none = spawn({.argv = {"true"}, .program_fd = BorrowedFd(-1)}, kernel());
    CHILD_CHECK(!none && none.error().errnum() == EBADF);
    return std::string();
  });
}

TEST_P(Spawn, CanStartASession) {
  auto pipe = create_pipe().value();
  auto child = spawn({.argv = {"sh", "-c", "cut -d' ' -f6 /proc/$$/stat"},
                      .standard_output = pipe.writer,
                      .session = Session::own,
                      .parent_death_signal = SIGKILL},
                     kernel())
                   .value();
  pipe.writer.reset();
  EXPECT_EQ(read_all(pipe.reader, 100).value(), std::to_string(child.pid()) + "\n");
}

// There the child's getppid() is 0, which is no dead parent.
TEST_P(Spawn, SetsTheDeathSignalInANewPidNamespace) {
  EXPECT_CHILD_PASSES([this] {
    const int flags = ::geteuid() == 0 ? CLONE_NEWPID : CLONE_NEWPID | CLONE_NEWUSER;
    if (::unshare(flags) != 0) return std::string("skip: no new pid namespace");
    auto child = spawn({.argv = {"true"}, .parent_death_signal = SIGKILL}, kernel());
    CHILD_TRY(child);
    CHILD_CHECK(child->wait().value().success());
    return std::string();
  });
}

INSTANTIATE_TEST_SUITE_P(EachWay, Spawn, testing::ValuesIn(kWays),
                         [](const auto& way) { return way.param.name; });

TEST(Child, DetachedLivesOn) {
  auto child = spawn({.argv = {"sleep", "60"}}).value();
  const auto pid = child.pid();
  const auto pidfd = std::move(child).detach();
  EXPECT_TRUE(send_signal(pidfd, 0));
  Child again(pid, duplicate(pidfd).value());
}

TEST(FindProgram, LooksInPath) {
  EXPECT_TRUE(find_program("sh").value().ends_with("/sh"));
  EXPECT_FALSE(find_program("no-such-program-anywhere"));
}

TEST(RunCapture, ReturnsBothStreamsAndTheCode) {
  const auto ran = run_capture({"sh", "-c", "cat; echo bad >&2; exit 3"}, {.input = "in\n"}).value();
  EXPECT_EQ(ran.output, "in\n");
  EXPECT_EQ(ran.error_output, "bad\n");
  EXPECT_EQ(ran.status.code, 3);
}

TEST(RunCapture, StopsAtTheCapAndAtTheLimit) {
  const auto flood = run_capture({"sh", "-c", "yes"}, {.max_output_bytes = 10'000});
  EXPECT_EQ(flood.error().message(), "running 'sh': more than 10000 bytes of output");
  const auto slow = run_capture({"sh", "-c", "sleep 60; true"}, {.timeout = 30ms});
  EXPECT_EQ(slow.error().kind(), Errc::canceled);
  EXPECT_EQ(slow.error().message(), "running 'sh': still running after 30 ms");
}

TEST(RunCapture, EndsTheWholeGroupOnRequest) {
  auto alive = create_pipe().value();
  std::stop_source stop;
  const std::jthread user([&] {
    (void)wait_readable(alive.reader, 20s);  // the program has begun
    stop.request_stop();
  });
  const auto program = fmt::format("sleep 60 & echo x >/proc/{}/fd/{}; wait", ::getpid(), alive.writer.get());
  const auto stopped = run_capture({"sh", "-c", program}, {.stop = stop.get_token()});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), Errc::canceled);
}

TEST(RunCapture, DoesNotBeginToWaitWhenStoppedBefore) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(run_capture({"sleep", "60"}, {.stop = stop.get_token()}).error().kind(), Errc::canceled);
}

TEST(RunCapture, DoesNotWaitForBackgroundProcesses) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run_capture({"sh", "-c", "sleep 2 & echo done"}).value().output, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

TEST(RunCapture, TakesMoreThanAPipeHolds) {
  const auto ran =
      run_capture({"sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"}).value();
  EXPECT_EQ(ran.output.size(), 300'000U);
  EXPECT_EQ(ran.error_output.size(), 300'000U);
}

TEST(PidIdentity, FindsTheProcessAgainUntilItEnds) {
  auto child = spawn({.argv = {"sleep", "60"}}).value();
  const auto identity = identify_process(child.pid()).value();
  EXPECT_GT(identity.start_ticks, 0U);
  EXPECT_TRUE(open_process(identity));
  EXPECT_EQ(open_process({.pid = identity.pid, .start_ticks = identity.start_ticks + 1}).error().kind(),
            Errc::not_found);
  ASSERT_TRUE(child.kill(SIGKILL));
  ASSERT_TRUE(child.wait());
  EXPECT_EQ(open_process(identity).error().kind(), Errc::not_found);
  EXPECT_EQ(identify_process(identity.pid).error().kind(), Errc::not_found);
}

// Before kernel 5.3, and where a filter lets no call with pidfds through.
TEST(PidIdentity, WithoutPidfdsByTheDirectoryInProc) {
  for (const bool sends : {true, false}) {
    EXPECT_CHILD_PASSES([sends] {
      auto child = spawn({.argv = {"sleep", "60"}}).value();
      const auto identity = identify_process(child.pid()).value();
      auto bad = test::deny_system_calls({SYS_pidfd_open}, ENOSYS);
      if (bad.empty() && !sends) bad = test::deny_system_calls({SYS_pidfd_send_signal}, ENOSYS);
      if (!bad.empty()) return bad;
      const auto process = open_process(identity);
      CHILD_TRY(process);
      CHILD_CHECK(!process->has_ended().value());
      CHILD_CHECK(!process->wait_for_end(1ms).value());
      CHILD_TRY(process->signal(SIGKILL));
      CHILD_CHECK(process->wait_for_end(10s).value());  // a zombie
      CHILD_TRY(child.wait());
      CHILD_CHECK(process->has_ended().value());
      CHILD_CHECK(process->signal(SIGTERM).error().kind() == Errc::not_found);
      CHILD_CHECK(open_process(identity).error().kind() == Errc::not_found);
      return std::string();
    });
  }
}

TEST(PidIdentity, AZombieIsOnlyOneWithoutThreads) {
  const auto stat = [](char state, int threads) {
    return fmt::format("12 (a) {} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 {} 18 4711 20 21\n", state, threads);
  };
  EXPECT_TRUE(parse_is_zombie(stat('Z', 1)).value());
  EXPECT_FALSE(parse_is_zombie(stat('Z', 2)).value());
  EXPECT_FALSE(parse_is_zombie(stat('S', 1)).value());
}

TEST(PidIdentity, AHiddenProcessHasNotEnded) {
  EXPECT_CHILD_PASSES([] {
    if (::geteuid() != 0) return std::string("skip: only root can mount and then be somebody else");
    const auto parent = identify_process(::getppid()).value();
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    if (::mount("proc", "/proc", "proc", 0, "hidepid=2") != 0)
      return std::string("skip: no proc with hidepid");
    CHILD_TRY(open_process(parent));
    if (::setgroups(0, nullptr) != 0 || ::setresgid(65534, 65534, 65534) != 0 ||
        ::setresuid(65534, 65534, 65534) != 0) {
      return std::string("skip: cannot drop root");
    }
    const auto hidden = open_process(parent);
    CHILD_CHECK(!hidden && hidden.error().kind() == Errc::permission_denied);
    return std::string();
  });
}

TEST(PidIdentity, ReadsStatWhateverTheProgramIsCalled) {
  const std::string tail = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21\n";
  EXPECT_EQ(parse_start_ticks("12 (a) b) (c)" + tail).value(), 4711U);
  EXPECT_EQ(parse_start_ticks("12 ()" + tail).value(), 4711U);
  for (const char* bad : {"", "12 (a", "12 (a)", "12 (a) S 1 2", ")"}) {
    EXPECT_EQ(parse_start_ticks(bad).error().kind(), Errc::data_loss) << bad;
  }
}

}  // namespace
}  // namespace corten::sys
