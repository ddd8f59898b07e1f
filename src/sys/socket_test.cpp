#include "sys/socket.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/limits.hpp"
#include "sys/memfd.hpp"
#include "sys/names.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

std::string text_of(const std::array<std::uint8_t, 64>& buffer, std::size_t size) {
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(Socket, PassesDescriptorsThatAreCloexec) {
  const auto pair = create_socket_pair(SocketType::stream).value();
  const auto file = sealed_memfd_of("f", as_bytes("passed")).value();
  const BorrowedFd fds[] = {file, file};
  ASSERT_TRUE(send_message(pair.first, as_bytes("hello"), fds));
  std::array<std::uint8_t, 64> buffer{};
  const auto received = receive_message(pair.second, buffer, 2).value();
  EXPECT_EQ(text_of(buffer, received.size), "hello");
  ASSERT_EQ(received.fds.size(), 2U);
  EXPECT_EQ(::fcntl(received.fds[0].get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(read_all(received.fds[1], 100).value(), "passed");
}

TEST(Socket, ClosesDescriptorsNobodyExpected) {
  const auto pair = create_socket_pair(SocketType::seqpacket).value();
  const auto file = create_memfd("f").value();
  const std::vector<BorrowedFd> fds(200, file);
  ASSERT_TRUE(send_message(pair.first, as_bytes("x"), fds));
  const int before = test::count_open_fds();
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(receive_message(pair.second, buffer, 1).error().kind(), Errc::data_loss);
  EXPECT_EQ(test::count_open_fds(), before);
  EXPECT_FALSE(send_message(pair.first, as_bytes("x"), std::vector<BorrowedFd>(254, file)));
  EXPECT_FALSE(send_message(pair.first, {}));
}

TEST(Socket, LostDescriptorsAreAnError) {
  EXPECT_CHILD_PASSES([] {
    const auto pair = create_socket_pair(SocketType::seqpacket).value();
    const auto file = create_memfd("f").value();
    const std::vector<BorrowedFd> fds(10, file);
    CHILD_TRY(send_message(pair.first, as_bytes("x"), fds));
    // Numbers for fewer descriptors than come: the kernel drops the rest (MSG_CTRUNC).
    const auto next = static_cast<std::uint64_t>(duplicate(file).value().get());
    CHILD_TRY(set_resource_limit(RLIMIT_NOFILE, {.soft = next + 4, .hard = next + 4}));
    std::array<std::uint8_t, 64> buffer{};
    const auto received = receive_message(pair.second, buffer, 10);
    CHILD_CHECK(!received && received.error().kind() == Errc::data_loss);
    return std::string();
  });
}

TEST(Socket, AMessageLongerThanTheBufferIsAnErrorForSeqpacket) {
  const auto pair = create_socket_pair(SocketType::seqpacket).value();
  ASSERT_TRUE(send_message(pair.first, as_bytes(std::string(100, 'x'))));
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(receive_message(pair.second, buffer).error().kind(), Errc::data_loss);
}

TEST(Socket, AClosedEndIsSeenBothWays) {
  auto pair = create_socket_pair(SocketType::stream).value();
  pair.second.reset();
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(receive_message(pair.first, buffer).value().size, 0U);
  EXPECT_EQ(send_message(pair.first, as_bytes("x")).error().kind(), Errc::unavailable) << "and no SIGPIPE";
}

TEST(Socket, ListensAndConnectsWhateverTheLengthOfThePath) {
  const ScratchDir dir;
  const std::string deep = std::string(100, 'd') + "/" + std::string(100, 'e');
  dir.mkdir(deep);
  for (const std::string& name : {std::string("s"), deep + "/socket"}) {
    const auto path = dir.path(name);
    const auto listener = listen_unix(path, SocketType::stream);
    ASSERT_TRUE(listener) << listener.error().message();
    const auto client = connect_unix(path);
    ASSERT_TRUE(client) << client.error().message();
    const auto server = accept_connection(*listener).value();
    EXPECT_EQ(::fcntl(server.get(), F_GETFD), FD_CLOEXEC);
    ASSERT_TRUE(send_message(*client, as_bytes("hi")));
    std::array<std::uint8_t, 64> buffer{};
    EXPECT_EQ(receive_message(server, buffer).value().size, 2U);
    EXPECT_EQ(fstatat(dir.fd(), name).value().type, FileType::socket);
    EXPECT_EQ(listen_unix(path).error().errnum(), EADDRINUSE);
  }
}

TEST(Socket, SaysWhoDoesNotListen) {
  const ScratchDir dir;
  EXPECT_EQ(connect_unix(dir.path("none")).error().kind(), Errc::not_found);
  {
    const auto listener = listen_unix(dir.path("s")).value();
  }
  EXPECT_EQ(connect_unix(dir.path("s")).error().kind(), Errc::unavailable);
  EXPECT_EQ(connect_unix("").error().kind(), Errc::invalid_argument) << "never an abstract name";
  EXPECT_EQ(listen_unix(std::string("\0abstract", 9)).error().kind(), Errc::invalid_argument);
  EXPECT_EQ(listen_unix(dir.path(std::string(200, 's'))).error().errnum(), ENAMETOOLONG);
}

TEST(Socket, DatagramsArriveWhole) {
  const ScratchDir dir;
  const std::string deep = "d" + std::string(150, 'd');  // longer than sun_path
  dir.mkdir(deep);
  const auto path = dir.path(deep + "/s");
  const auto receiver = bind_datagram(path, 0622).value();
  EXPECT_EQ(fstatat(dir.fd(), deep + "/s").value().permissions & 0777U, 0622U);
  ASSERT_TRUE(send_datagram(path, as_bytes(std::string_view("one\n"))));
  ASSERT_TRUE(send_datagram(path, as_bytes(std::string_view("two"))));
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(receive_message(receiver, buffer).value().size, 4U);
  EXPECT_EQ(receive_message(receiver, buffer).value().size, 3U);
  EXPECT_EQ(send_datagram(dir.path("none"), as_bytes(std::string_view("x"))).error().kind(), Errc::not_found);
}

TEST(Socket, KnowsItsPeer) {
  const auto pair = create_socket_pair(SocketType::stream).value();
  const auto peer = peer_credentials(pair.first).value();
  EXPECT_EQ(peer.pid, ::getpid());
  EXPECT_EQ(peer.uid, ::geteuid());
  EXPECT_EQ(peer.gid, ::getegid());
  const auto pidfd = peer_pidfd(pair.first);
  ASSERT_TRUE(pidfd) << pidfd.error().message();
  EXPECT_TRUE(!*pidfd || ::fcntl((*pidfd)->get(), F_GETFD) == FD_CLOEXEC);
  EXPECT_FALSE(peer_credentials(BorrowedFd(-1)));
}

}  // namespace
}  // namespace corten::sys
