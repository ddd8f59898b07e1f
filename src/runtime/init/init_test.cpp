// The helper as a whole, seen from the command's side of the channel and from /proc: containers are looked at
// before they are started, so that nothing needs to run in them. As root, or as root of a user namespace.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error_wire.hpp"
#include "base/strings.hpp"
#include "runtime/channel.hpp"
#include "runtime/plan.hpp"
#include "sys/file.hpp"
#include "sys/id_map.hpp"
#include "sys/memfd.hpp"
#include "sys/process.hpp"
#include "sys/socket.hpp"
#include "sys/test_support.hpp"

namespace corten::runtime {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr oci::NamespaceType kAllButUser[] = {oci::NamespaceType::pid, oci::NamespaceType::network,
                                              oci::NamespaceType::mount, oci::NamespaceType::ipc,
                                              oci::NamespaceType::uts};

class InitHelper : public testing::Test {
 protected:
  InitHelper() {
    scratch_.mkdir("rootfs");
    scratch_.write("rootfs/nothing", "a program that is there, and none");
    plan_.bundle = scratch_.path();
    plan_.rootfs = scratch_.path("rootfs");
    plan_.new_keyring = false;
    plan_.state = {.oci_version = "1.2.0", .id = "test", .bundle = plan_.bundle};
    plan_.spec.oci_version = "1.2.0";
    plan_.spec.root.emplace().path = "rootfs";
    plan_.spec.hostname = "box";
    plan_.spec.mounts = {{.destination = "/proc", .type = "proc", .source = "proc"},
                         {.destination = "/dev", .type = "tmpfs", .source = "tmpfs"}};
    plan_.spec.process.emplace().cwd = "/";
    plan_.spec.process->args = {"/nothing"};
    auto& linux_part = plan_.spec.linux_part.emplace();
    for (const auto type : kAllButUser) linux_part.namespaces.push_back({.type = type});
    if (::geteuid() != 0) {
      linux_part.namespaces.push_back({.type = oci::NamespaceType::user});
      plan_.rootless = true;
    }
  }

  ~InitHelper() override {
    if (pidfd_) (void)sys::send_signal(pidfd_, SIGKILL);
    // Without a subreaper the process of the container is a child of this one (CLONE_PARENT).
    if (pid_ > 0) (void)::waitpid(pid_, nullptr, 0);
  }

  // Until the container is created, or the helper's error.
  Result<> create() {
    auto pair = TRY(Channel::create());
    auto listener = TRY(sys::listen_unix(scratch_.path("start.sock"), sys::SocketType::seqpacket));
    plan_.start_listener = 1;
    auto helper = TRY(sys::spawn(
        {.argv = {CORTEN_INIT_PATH, "3"}, .inherited = {{.source = pair.theirs.socket(), .target = 3}}}));
    {
      const auto closed = std::move(pair.theirs);
    }
    const auto text = to_json_text(plan_);
    const auto memfd = TRY(sys::sealed_memfd_of("plan", as_bytes(text)));
    const sys::BorrowedFd fds[] = {memfd, listener};
    TRY(pair.ours.send(MessageType::plan, {}, fds));
    auto served = serve(pair.ours, helper.pid());
    TRY(helper.wait());
    return served;
  }

  Result<> serve(Channel& channel, pid_t helper) {
    while (true) {
      auto message = TRY(channel.receive());
      if (!message) return fail(Errc::unavailable, "the helper ended");
      messages_.push_back(message->type);
      if (message->type == MessageType::ready) return {};
      TRY(answer(channel, helper, *message));
    }
  }

  Result<> answer(Channel& channel, pid_t helper, Message& message) {
    if (message.type == MessageType::need_id_maps) {
      TRY(sys::write_id_maps(helper, {.uids = {{.inside = 0, .outside = ::geteuid(), .count = 1}},
                                      .gids = {{.inside = 0, .outside = ::getegid(), .count = 1}}}));
      return channel.send(MessageType::id_maps_written);
    }
    if (message.type == MessageType::init_process) {
      const auto pid = TRY(parse_int64(message.text, "pid"));
      pid_ = static_cast<pid_t>(pid);
      pidfd_ = std::move(message.fds.front());
      return channel.send(MessageType::proceed);
    }
    if (message.type == MessageType::run_hooks) return channel.send(MessageType::hooks_done);
    return {};
  }

  // The error that `start` gets; nothing when the program runs.
  Result<> start() {
    const auto connection = TRY(sys::connect_unix(scratch_.path("start.sock"), sys::SocketType::seqpacket));
    std::string buffer(65536, '\0');
    const auto received = TRY(
        sys::receive_message(connection, {reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()}));
    if (received.size == 0) return {};
    auto error = TRY(decode_error(std::string_view(buffer).substr(0, received.size)));
    return std::unexpected(std::move(error));
  }

  std::string proc_file(const std::string& name) const {
    const auto path = fmt::format("/proc/{}/{}", pid_, name);
    auto text = sys::read_file(sys::BorrowedFd::cwd(), path, std::size_t{1} << 20);
    return text ? *text : text.error().message();
  }

  std::string create_error() {
    const auto created = create();
    return created ? "" : created.error().message();
  }

  // Sandboxes and hosts that give an ordinary user no namespaces: nothing to test.
  static bool lacks_privilege(const Error& error) {
    return ::geteuid() != 0 && error.kind() == Errc::permission_denied;
  }

  sys::test::ScratchDir scratch_;
  InitPlan plan_;
  std::vector<MessageType> messages_;
  pid_t pid_ = 0;
  sys::UniqueFd pidfd_;
};

#define CREATE_OR_SKIP()                                                                         \
  do {                                                                                           \
    const auto created = create();                                                               \
    if (!created && lacks_privilege(created.error())) GTEST_SKIP() << created.error().message(); \
    ASSERT_TRUE(created) << created.error().message();                                           \
  } while (false)

TEST_F(InitHelper, AContainerWaitsToBeStarted) {
  plan_.spec.linux_part->masked_paths = {"/proc/keys", "/proc/acpi", "/not/there"};
  plan_.spec.linux_part->readonly_paths = {"/proc/sys"};
  plan_.spec.root->readonly = true;
  CREATE_OR_SKIP();
  EXPECT_EQ(messages_.back(), MessageType::ready);
  const auto mounts = proc_file("mountinfo");
  EXPECT_THAT(mounts, HasSubstr(" / ro,"));
  EXPECT_THAT(mounts, HasSubstr(" /proc rw,"));
  EXPECT_THAT(mounts, HasSubstr(" /proc/sys ro,"));
  EXPECT_THAT(mounts, HasSubstr(" /dev rw,"));
  EXPECT_THAT(mounts, Not(HasSubstr("/not/there")));
  EXPECT_THAT(proc_file("status"), HasSubstr("CapEff:\t0000000000000000"));
}

TEST_F(InitHelper, AProgramThatIsNoneIsAnErrorOfStart) {
  CREATE_OR_SKIP();
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message(), "executing '/nothing': permission denied");
}

TEST_F(InitHelper, AMissingProgramIsAnErrorOfCreate) {
  plan_.spec.process->args = {"/missing"};
  const auto created = create();
  ASSERT_FALSE(created);
  if (lacks_privilege(created.error()) && pid_ == 0) GTEST_SKIP() << created.error().message();
  EXPECT_EQ(created.error().message(),
            "executing '/missing': executable file not found: No such file or directory");
}

TEST_F(InitHelper, ItsProcessIsAChildOfTheCommand) {
  CREATE_OR_SKIP();
  EXPECT_THAT(proc_file("status"), HasSubstr("PPid:\t" + std::to_string(::getpid())));
}

TEST_F(InitHelper, ProcThatIsALinkIsRefused) {
  scratch_.symlink("/dev", "rootfs/proc");
  const auto created = create();
  ASSERT_FALSE(created);
  if (lacks_privilege(created.error()) && pid_ == 0) GTEST_SKIP() << created.error().message();
  EXPECT_THAT(created.error().message(), HasSubstr("mounts[0]: mounting 'proc' to '/proc'"));
  EXPECT_THAT(created.error().message(), HasSubstr("must be a plain directory"));
}

TEST_F(InitHelper, LinksOfTheImageDoNotLeadOutOfIt) {
  scratch_.mkdir("source");
  scratch_.symlink("../../../../../../../tmp/corten-escaped", "rootfs/data");
  plan_.spec.mounts.push_back(
      {.destination = "/data", .source = scratch_.path("source"), .options = {"bind"}});
  CREATE_OR_SKIP();
  EXPECT_THAT(proc_file("mountinfo"), HasSubstr(" /tmp/corten-escaped "));
  EXPECT_NE(::access("/tmp/corten-escaped", F_OK), 0);
}

TEST_F(InitHelper, AWorkingDirectoryOutsideOfTheRootIsRefused) {
  plan_.spec.process->cwd = "/proc/self/fd/4";
  const auto message = create_error();
  if (pid_ == 0) GTEST_SKIP() << message;
  EXPECT_THAT(message, HasSubstr("process.cwd"));
}

TEST_F(InitHelper, AHookThatFailsEndsTheCreation) {
  auto& hook = plan_.spec.hooks.emplace().create_container.emplace_back();
  hook.path = "/bin/sh";
  hook.args = {"sh", "-c", "echo because; exit 3"};
  const auto message = create_error();
  if (pid_ == 0) GTEST_SKIP() << message;
  EXPECT_EQ(message, "running createContainer hook 0 ('/bin/sh'): exit status 3; it printed: because");
}

TEST_F(InitHelper, AnUnknownCapabilityIsToldAndLeftOut) {
  plan_.spec.process->capabilities.emplace().bounding = {"CAP_OF_THE_FUTURE"};
  CREATE_OR_SKIP();
  EXPECT_THAT(messages_, testing::Contains(MessageType::warning));
}

}  // namespace
}  // namespace corten::runtime
