#include <cerrno>

#include <gtest/gtest.h>

#include "http/test_client.hpp"

namespace corten::http::test {
namespace {

using std::chrono::milliseconds;

std::string read_all(Response& response) {
  MemorySink sink;
  const auto copied = copy_stream(response.body(), sink);
  return copied ? sink.take() : "error: " + copied.error().message();
}

TEST(ClientDownload, ArrivesWholeThroughBuffersOfAnySize) {
  const auto data = make_pattern(3'000'000);
  Server server([&](Exchange& e) { e.reply(200, data); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  for (const std::size_t buffer_size : {std::size_t{1000}, std::size_t{16384}, std::size_t{1} << 20U}) {
    auto response = client.send(make_request(server.url())).value();
    std::string received;
    std::string buffer(buffer_size, '\0');
    while (true) {
      const auto size =
          response.body().read({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()}).value();
      if (size == 0) break;
      received.append(buffer, 0, size);
    }
    EXPECT_TRUE(received == data) << buffer_size;
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(ClientDownload, DecodesChunksAndIgnoresTrailers) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    e.send("6;ext=1\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n");
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto response = client.send(make_request(server.url())).value();
  EXPECT_EQ(read_all(response), "hello world");
  EXPECT_FALSE(response.headers().has("X-Trailer"));
  EXPECT_EQ(response.content_length(), std::nullopt);
}

TEST(ClientDownload, InterimAnswersAreSkipped) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\n");
    e.reply(200, "final");
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto response = client.send(make_request(server.url())).value();
  EXPECT_EQ(response.status(), 200);
  EXPECT_FALSE(response.headers().has("Link"));
  EXPECT_EQ(response.text().value(), "final");
}

TEST(ClientDownload, ASlowDripArrivesPieceByPiece) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    for (const char c : std::string_view("drips")) {
      e.pause(milliseconds(20));
      e.send({&c, 1});
    }
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto response = client.send(make_request(server.url())).value();
  std::uint8_t byte = 0;
  EXPECT_EQ(response.body().read({&byte, 1}).value(), 1U);  // does not wait for the rest
  EXPECT_EQ(byte, 'd');
  EXPECT_EQ(read_all(response), "rips");
}

TEST(ClientDownload, ACutBodyIsAnErrorAfterTheBytesThatCame) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npartial");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto response = client.send(make_request(server.url("/blob?sig=secret"))).value();
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(read_full(response.body(), std::span(buffer).first(7)).value(), 7U);
  for (int i = 0; i < 2; ++i) {
    const auto more = response.body().read(buffer);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind(), Errc::unavailable);
    EXPECT_TRUE(
        more.error().message().starts_with("GET " + server.url("/blob?sig=***") + ": the connection closed"))
        << more.error().message();
  }
}

TEST(ClientDownload, ACutChunkedBodyIsAnErrorToo) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  EXPECT_TRUE(fetch_text(client, make_request(server.url())).starts_with("error: GET "));
}

TEST(ClientDownload, BytesOverTheAnnouncedLengthAreNotDelivered) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcEVIL");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  EXPECT_EQ(fetch_text(client, make_request(server.url())), "abc");
}

TEST(ClientDownload, AStalledBodyTimesOut) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    e.pause(milliseconds(5000));
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto request = make_request(server.url());
  request.timeouts.stall = milliseconds(100);
  auto response = client.send(std::move(request)).value();
  const auto text = response.text();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind(), Errc::unavailable);
  EXPECT_EQ(text.error().message(), "GET " + server.url() + ": the transfer stalled: Connection timed out");
}

// A reader that is slow itself must neither be timed out nor fill memory: the server feels it.
TEST(ClientDownload, ASlowReaderHoldsTheServerBack) {
  constexpr std::size_t kTotal = std::size_t{64} << 20U;
  std::atomic<std::size_t> sent = 0;
  Server server([&](Exchange& e) {
    e.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", kTotal));
    const std::string piece(std::size_t{1} << 16U, 'x');
    while (sent < kTotal && e.send(piece)) sent += piece.size();
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto request = make_request(server.url());
  request.timeouts.stall = milliseconds(50);
  auto response = client.send(std::move(request)).value();
  std::array<std::uint8_t, 1000> buffer{};
  ASSERT_EQ(read_full(response.body(), buffer).value(), buffer.size());
  std::this_thread::sleep_for(milliseconds(150));
  // Another transfer of the same client keeps running meanwhile and must not pull this one along.
  Server other([](Exchange& e) { e.reply(200, "other"); });
  EXPECT_EQ(fetch_text(client, make_request(other.url())), "other");
  EXPECT_LT(sent, kTotal / 2);  // socket buffers only
  EXPECT_EQ(read_full(response.body(), buffer).value(), buffer.size());
}

TEST(ClientDownload, SeveralBodiesCanBeReadInTurns) {
  const auto data = make_pattern(400'000);
  Server server([&](Exchange& e) { e.reply(200, data); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto first = client.send(make_request(server.url("/1"))).value();
  auto second = client.send(make_request(server.url("/2"))).value();
  std::string one(data.size(), '\0');
  std::string two(data.size(), '\0');
  for (std::size_t i = 0; i < data.size(); i += 10'000) {
    const auto at = [i](std::string& text) {
      return MutableBytes(reinterpret_cast<std::uint8_t*>(text.data()) + i, 10'000);
    };
    ASSERT_EQ(read_full(first.body(), at(one)).value(), 10'000U);
    ASSERT_EQ(read_full(second.body(), at(two)).value(), 10'000U);
  }
  EXPECT_TRUE(one == data && two == data);
}

TEST(ClientUpload, StreamsWithItsLength) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 100 Continue\r\n\r\n");
    e.reply(201, e.read_body());
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto data = make_pattern(1'500'000);
  MemorySource source(data);
  auto request = make_request(server.url(), Method::put);
  request.body = Body::stream(source, data.size());
  ASSERT_TRUE(request.headers.add("Content-Type", "application/octet-stream"));
  EXPECT_TRUE(fetch_text(client, std::move(request)) == data);
  const auto received = server.requests().at(0);
  EXPECT_EQ(received.method, "PUT");
  EXPECT_EQ(received.header("Content-Length"), "1500000");
  EXPECT_EQ(received.header("Expect"), "100-continue");
  EXPECT_EQ(received.header("Transfer-Encoding"), "");
}

TEST(ClientUpload, StreamsChunkedWithoutALength) {
  Server server([](Exchange& e) { e.reply(202, e.read_body()); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto data = make_pattern(300'000);
  MemorySource source(data);
  auto request = make_request(server.url(), Method::patch);
  request.body = Body::stream(source, std::nullopt);
  request.expect = Expect::never;
  EXPECT_TRUE(fetch_text(client, std::move(request)) == data);
  EXPECT_EQ(server.requests().at(0).header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(server.requests().at(0).header("Expect"), "");
}

TEST(ClientUpload, BytesAndEmptyBodiesHaveALength) {
  Server server([](Exchange& e) { e.reply(200, e.read_body()); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto request = make_request(server.url(), Method::post);
  EXPECT_EQ(fetch_text(client, request), "");
  request.body = Body::bytes("{}");
  EXPECT_EQ(fetch_text(client, std::move(request)), "{}");
  EXPECT_EQ(server.requests().at(0).header("Content-Length"), "0");
  EXPECT_EQ(server.requests().at(1).header("Content-Length"), "2");
  EXPECT_EQ(server.requests().at(1).header("Expect"), "");
  EXPECT_EQ(server.connections(), 1);
}

// A source that says how often it was asked.
class CountingSource : public Source {
 public:
  Result<std::size_t> read(MutableBytes buffer) override {
    ++reads;
    std::ranges::fill(buffer, 'x');
    return buffer.size();
  }
  int reads = 0;
};

TEST(ClientUpload, ARefusalBeforeTheBodyLeavesTheSourceUntouched) {
  Server server([](Exchange& e) {
    e.reply(401, "log in", "WWW-Authenticate: Basic realm=\"r\"\r\nConnection: close\r\n");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  CountingSource source;
  auto request = make_request(server.url(), Method::put);
  request.body = Body::stream(source, 1'000'000);
  auto response = client.send(std::move(request)).value();
  EXPECT_EQ(response.status(), 401);
  EXPECT_EQ(source.reads, 0);
}

TEST(ClientUpload, AServerThatKnowsNoExpectGetsTheRequestAgain) {
  Server server([](Exchange& e) {
    if (!e.request().header("Expect").empty()) {
      e.reply(417, "");
    } else {
      e.reply(201, e.read_body());
    }
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  MemorySource source("payload");
  auto request = make_request(server.url(), Method::put);
  request.body = Body::stream(source, 7);
  EXPECT_EQ(fetch_text(client, std::move(request)), "payload");
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(ClientUpload, AShortSourceIsAnErrorNotAShortBody) {
  Server server([](Exchange& e) {
    (void)e.read_body();
    e.reply(201);
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  MemorySource source("only this");
  auto request = make_request(server.url(), Method::put);
  request.body = Body::stream(source, 100);
  request.expect = Expect::never;
  EXPECT_EQ(client.send(std::move(request)).error().message(),
            "PUT " + server.url() + ": the body to send ended after 9 of 100 bytes");
}

class FailingSource : public Source {
 public:
  Result<std::size_t> read(MutableBytes /*buffer*/) override { return fail_errno(EIO, "reading 'blob'"); }
};

TEST(ClientUpload, AFailingSourceIsTheCause) {
  Server server([](Exchange& e) {
    (void)e.read_body();
    e.reply(201);
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  FailingSource source;
  auto request = make_request(server.url(), Method::put);
  request.body = Body::stream(source, 100);
  request.expect = Expect::never;
  const auto response = client.send(std::move(request));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().errnum(), EIO);
  EXPECT_EQ(response.error().message(),
            "PUT " + server.url() + ": reading the body to send: reading 'blob': Input/output error");
}

TEST(ClientUpload, AServerThatTakesNothingStalls) {
  Server server([](Exchange& e) { e.pause(milliseconds(5000)); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  CountingSource source;
  auto request = make_request(server.url(), Method::put);
  request.body = Body::stream(source, std::uint64_t{1} << 40U);
  request.expect = Expect::never;
  request.timeouts.stall = milliseconds(100);
  const auto response = client.send(std::move(request));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().message(),
            "PUT " + server.url() + ": the transfer stalled: Connection timed out");
}

TEST(ClientUpload, AConnectionThatDiedWhileIdleIsReplaced) {
  Server server([](Exchange& e) {
    e.reply(200, e.read_body());
    if (e.request().target == "/last") e.close(true);
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  EXPECT_EQ(fetch_text(client, make_request(server.url("/last"))), "");
  std::this_thread::sleep_for(milliseconds(20));
  auto request = make_request(server.url(), Method::put);
  request.body = Body::bytes("again");
  EXPECT_EQ(fetch_text(client, std::move(request)), "again");
  EXPECT_EQ(server.connections(), 2);
}

}  // namespace
}  // namespace corten::http::test
