#include <cerrno>
#include <thread>

#include <gtest/gtest.h>

#include "http/test_client.hpp"

namespace corten::http::test {
namespace {

using std::chrono::milliseconds;

Error error_of(Client& client, Request request, const std::stop_token& stop = {}) {
  auto response = client.send(std::move(request), stop);
  if (response) return {Errc::internal, fmt::format("no error but status {}", response->status())};
  return std::move(response).error();
}

TEST(ClientError, RefusedConnectionsNameTheHost) {
  std::string url;
  {
    const Server server([](Exchange& e) { e.reply(200); });
    CORTEN_REQUIRE_SERVER(server);
    url = server.url();
  }
  auto client = make_client();
  const auto error = error_of(client, make_request(url));
  EXPECT_EQ(error.kind(), Errc::unavailable);
  EXPECT_EQ(error.errnum(), ECONNREFUSED);
  EXPECT_TRUE(error.message().starts_with("GET " + url + ": could not connect to '127.0.0.1:"))
      << error.message();
  EXPECT_TRUE(error.message().ends_with(": Connection refused"));
}

TEST(ClientError, GarbageInsteadOfHttpIsSaidToBeThat) {
  Server server([](Exchange& e) {
    e.send("SSH-2.0-OpenSSH_9.2\r\n");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto error = error_of(client, make_request(server.url()));
  EXPECT_EQ(error.kind(), Errc::data_loss) << error.message();
  EXPECT_NE(error.message().find("is not HTTP"), std::string::npos) << error.message();
}

TEST(ClientError, ClosingWithoutAnAnswerIsUnavailable) {
  Server server([](Exchange& e) { e.close(e.request().target == "/reset"); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  for (const auto* path : {"/fin", "/reset"}) {
    const auto error = error_of(client, make_request(server.url(path)));
    EXPECT_EQ(error.kind(), Errc::unavailable) << error.message();
  }
}

TEST(ClientError, HugeHeadersAreCapped) {
  Server server([](Exchange& e) {
    const auto& target = e.request().target;
    e.send("HTTP/1.1 200 OK\r\n");
    if (target == "/line")
      e.send("X: " + std::string(90'000, 'x') + "\r\n" + "Y: " + std::string(90'000, 'y') + "\r\n");
    for (int i = 0; target == "/many" && i < 300; ++i) e.send(fmt::format("X-{}: 1\r\n", i));
    e.send("Content-Length: 0\r\n\r\n");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto error = error_of(client, make_request(server.url("/line")));
  EXPECT_EQ(error.kind(), Errc::data_loss);
  EXPECT_EQ(error.message(),
            "GET " + server.url("/line") + ": the headers of the answer are over 131072 bytes");
  error = error_of(client, make_request(server.url("/many")));
  EXPECT_EQ(error.message(), "GET " + server.url("/many") + ": the answer has more than 256 headers");
}

TEST(ClientError, EndlessInterimAnswersAreCapped) {
  Server server([](Exchange& e) {
    while (!e.closed() && e.send("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")) e.pause({});
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto error = error_of(client, make_request(server.url()));
  EXPECT_EQ(error.kind(), Errc::data_loss) << error.message();
}

TEST(ClientError, MalformedHeadersAreRefused) {
  Server server([](Exchange& e) {
    const std::string bad =
        e.request().target == "/name" ? "Bad Name: x" : "Content-Length: 1\r\nContent-Length: 2";
    e.send("HTTP/1.1 200 OK\r\n" + bad + "\r\n\r\nxy");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  for (const auto* path : {"/name", "/length"}) {
    const auto error = error_of(client, make_request(server.url(path)));
    EXPECT_EQ(error.kind(), Errc::data_loss) << error.message();
  }
}

TEST(ClientError, ASilentServerTimesOut) {
  Server server([](Exchange& e) { e.pause(milliseconds(5000)); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto request = make_request(server.url());
  request.timeouts.response = milliseconds(100);
  const auto error = error_of(client, std::move(request));
  EXPECT_EQ(error.kind(), Errc::unavailable);
  EXPECT_EQ(error.message(),
            "GET " + server.url() + ": the server did not answer in time: Connection timed out");
}

TEST(ClientError, AStopRequestEndsAWaitAtOnce) {
  Server server([](Exchange& e) {
    if (e.request().target == "/body") e.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    e.pause(milliseconds(5000));
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto start = std::chrono::steady_clock::now();
  for (const auto* path : {"/head", "/body"}) {
    std::stop_source stop;
    const std::jthread canceler([&] {
      std::this_thread::sleep_for(milliseconds(50));
      stop.request_stop();
    });
    auto response = client.send(make_request(server.url(path)), stop.get_token());
    const auto error = response ? response->text().error().clone() : response.error().clone();
    EXPECT_EQ(error.kind(), Errc::canceled) << error.message();
    EXPECT_EQ(error.message(), "GET " + server.url(path) + ": canceled");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(900));  // not at the next poll
}

TEST(ClientError, AStopBeforeTheStartSendsNothing) {
  Server server([](Exchange& e) { e.reply(200); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(error_of(client, make_request(server.url()), stop.get_token()).kind(), Errc::canceled);
  EXPECT_TRUE(server.requests().empty());
}

TEST(ClientError, AResponseLetGoEarlyLeavesTheClientUsable) {
  Server server([](Exchange& e) { e.reply(200, std::string(1'000'000, 'x')); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  {
    const auto dropped = client.send(make_request(server.url())).value();
  }
  EXPECT_EQ(fetch_text(client, make_request(server.url())).size(), 1'000'000U);
}

}  // namespace
}  // namespace corten::http::test
