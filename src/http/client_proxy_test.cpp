#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "base/scope_exit.hpp"
#include "base/strings.hpp"
#include "http/test_client.hpp"
#include "http/test_tls.hpp"

namespace corten::http::test {
namespace {

ClientOptions through(const Server& proxy, std::string_view login = "") {
  auto parsed = parse_proxy(fmt::format("http://{}127.0.0.1:{}", login, proxy.port())).value();
  return {.tls = {.verify = Verify::skipped}, .proxies = {.http = parsed, .https = parsed}};
}

TEST(ClientProxy, HttpGoesThroughItWithItsOwnLogin) {
  Server proxy([](Exchange& e) { e.reply(200, "from the proxy"); });
  CORTEN_REQUIRE_SERVER(proxy);
  auto client = make_client(through(proxy, "bob:pr0xy@"));
  // A name that no resolver knows: only the proxy could look it up.
  EXPECT_EQ(fetch_text(client, make_request("http://registry.invalid/v2/")), "from the proxy");
  const auto request = proxy.requests().at(0);
  EXPECT_EQ(request.target, "http://registry.invalid/v2/");
  EXPECT_EQ(request.header("Host"), "registry.invalid");
  EXPECT_EQ(request.header("Proxy-Authorization"), "Basic Ym9iOnByMHh5");
}

TEST(ClientProxy, LoopbackIsNeverProxied) {
  Server proxy([](Exchange& e) { e.reply(502); });
  Server server([](Exchange& e) { e.reply(200, "direct"); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(through(proxy));
  EXPECT_EQ(fetch_text(client, make_request(server.url())), "direct");
  EXPECT_TRUE(proxy.requests().empty());
}

TEST(ClientProxy, TheEnvironmentIsNotReadBehindOurBack) {
  Server proxy([](Exchange& e) { e.reply(200, "from the proxy"); });
  CORTEN_REQUIRE_SERVER(proxy);
  // libcurl's own rules would now send the first request to nowhere and the second one past the proxy.
  ASSERT_EQ(::setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  ASSERT_EQ(::setenv("no_proxy", "*", 1), 0);
  const ScopeExit restore([] {
    ::unsetenv("http_proxy");
    ::unsetenv("no_proxy");
  });
  auto direct = make_client();
  Server server([](Exchange& e) { e.reply(200, "direct"); });
  EXPECT_EQ(fetch_text(direct, make_request(server.url())), "direct");
  auto proxied = make_client(through(proxy));
  EXPECT_EQ(fetch_text(proxied, make_request("http://registry.invalid/")), "from the proxy");
}

TEST(ClientProxy, HttpsIsTunnelledAndTheProxySeesNoCredentials) {
  const TlsIdentity identity("registry.invalid");
  Server proxy([&](Exchange& e) {
    if (e.request().method != "CONNECT") return e.reply(200, "secret answer");
    e.send("HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n");
    if (!e.start_tls(identity)) e.close();
  });
  CORTEN_REQUIRE_SERVER(proxy);
  auto client = make_client(through(proxy));
  auto request = make_request("https://registry.invalid/v2/?token=q");
  ASSERT_TRUE(request.headers.add("Authorization", "Bearer t0ps3cret"));
  auto response = client.send(std::move(request)).value();
  EXPECT_FALSE(response.headers().has("X-Proxy"));
  EXPECT_EQ(response.text().value(), "secret answer");
  const auto connect = proxy.requests().at(0);
  EXPECT_EQ(connect.target, "registry.invalid:443");
  EXPECT_EQ(connect.header("Authorization"), "");
  EXPECT_EQ(connect.head.find("t0ps3cret"), std::string::npos);
  EXPECT_EQ(proxy.requests().at(1).header("Authorization"), "Bearer t0ps3cret");
}

TEST(ClientProxy, ARefusingOrAbsentProxyIsNamed) {
  Server proxy([](Exchange& e) { e.reply(403); });
  CORTEN_REQUIRE_SERVER(proxy);
  auto client = make_client(through(proxy, "bob:pr0xy@"));
  const auto refused = client.send(make_request("https://registry.invalid/")).error().clone();
  EXPECT_EQ(refused.kind(), Errc::failed_precondition);
  EXPECT_EQ(refused.message(),
            fmt::format("GET https://registry.invalid/: proxy 'http://127.0.0.1:{}' refused to "
                        "connect us to 'registry.invalid:443' with status 403",
                        proxy.port()));

  ClientOptions options{.proxies = {.http = parse_proxy("bob:pr0xy@127.0.0.1:1").value()}};
  auto lost = make_client(options);
  EXPECT_EQ(
      lost.send(make_request("http://registry.invalid/")).error().message(),
      "GET http://registry.invalid/: could not connect to proxy 'http://127.0.0.1:1': Connection refused");
}

// One answer on a socket file, then the end.
class SocketServer {
 public:
  explicit SocketServer(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ok_ = ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(fd_, 1) == 0;
    if (ok_) thread_ = std::thread([this] { serve(); });
  }
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  ~SocketServer() {
    ::shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  bool ok() const { return ok_; }

 private:
  void serve() const {
    const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    char buffer[4096];
    (void)!::recv(client, buffer, sizeof buffer, 0);
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsocket";
    (void)!::send(client, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    ::close(client);
  }

  int fd_;
  bool ok_ = false;
  std::thread thread_;
};

TEST(ClientUnixSocket, TakesAllConnectionsAndNoProxy) {
  const auto path = testing::TempDir() + fmt::format("corten-http-{}.sock", ::getpid());
  const SocketServer server(path);
  const ScopeExit remove([&] { ::unlink(path.c_str()); });
  ASSERT_TRUE(server.ok());
  auto client = make_client({.proxies = {.http = parse_proxy("127.0.0.1:1").value()}, .unix_socket = path});
  EXPECT_EQ(fetch_text(client, make_request("http://docker.invalid/_ping")), "socket");
}

}  // namespace
}  // namespace corten::http::test
