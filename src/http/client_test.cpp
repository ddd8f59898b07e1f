#include "http/client.hpp"

#include <dlfcn.h>

#include <cerrno>
#include <future>

#include <gtest/gtest.h>

#include "http/client_pool.hpp"
#include "http/curl_api.hpp"
#include "http/curl_error.hpp"
#include "http/test_client.hpp"

namespace corten::http::test {
namespace {

// Taken before main(): nothing that links this module may have libcurl loaded by then.
const bool loaded_at_start = ::dlopen("libcurl.so.4", RTLD_NOLOAD | RTLD_LAZY) != nullptr;

TEST(CurlApi, IsNotLoadedBeforeItIsUsed) { EXPECT_FALSE(loaded_at_start); }

TEST(CurlApi, AMissingLibraryIsUnsupportedWithAHint) {
  const auto error = load_curl("libcurl-that-is-not-there.so.4").error().clone();
  EXPECT_EQ(error.kind(), Errc::unsupported);
  EXPECT_EQ(error.hint(), "apt install libcurl4");
  EXPECT_NE(error.message().find("libcurl-that-is-not-there.so.4"), std::string::npos);
}

TEST(CurlApi, AnotherLibraryIsRefused) {
  EXPECT_EQ(load_curl("libc.so.6").error().message(), "libcurl has no function 'curl_global_init'");
}

TEST(CurlError, KindsSayWhatTheCallerCanDo) {
  const auto error = [](CURLcode code, int os_errno = 0, const char* detail = "") {
    return make_curl_error({.code = code, .peer = "h.example:443", .os_errno = os_errno, .detail = detail});
  };
  EXPECT_EQ(error(CURLE_COULDNT_RESOLVE_HOST).message(), "could not resolve host 'h.example'");
  EXPECT_EQ(error(CURLE_COULDNT_RESOLVE_HOST).kind(), Errc::unavailable);
  EXPECT_EQ(error(CURLE_COULDNT_CONNECT, ECONNREFUSED).message(),
            "could not connect to 'h.example:443': Connection refused");
  EXPECT_EQ(error(CURLE_OPERATION_TIMEDOUT).errnum(), ETIMEDOUT);
  EXPECT_EQ(error(CURLE_RECV_ERROR).errnum(), ECONNRESET);
  EXPECT_EQ(error(CURLE_PEER_FAILED_VERIFICATION, 0, "self-signed").kind(), Errc::failed_precondition);
  EXPECT_FALSE(error(CURLE_PEER_FAILED_VERIFICATION).hint().empty());
  EXPECT_EQ(error(CURLE_UNSUPPORTED_PROTOCOL).kind(), Errc::data_loss);
  EXPECT_EQ(error(CURLE_SSL_CONNECT_ERROR, ECONNRESET).kind(), Errc::unavailable);
  EXPECT_EQ(error(CURLE_SSL_CONNECT_ERROR).kind(), Errc::failed_precondition);
}

TEST(Client, FetchesTextHeadersAndStatus) {
  Server server([](Exchange& e) { e.reply(200, "hello", "X-One: 1\r\nLink: a\r\nlink: b\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto response = client.send(make_request(server.url("/v2/?n=1"))).value();
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.headers().find("x-one"), "1");
  EXPECT_EQ(response.headers().find_all("Link").size(), 2U);
  EXPECT_EQ(response.content_length(), 5U);
  EXPECT_EQ(response.url().to_string(), server.url("/v2/?n=1"));
  EXPECT_EQ(response.text().value(), "hello");
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/v2/?n=1");
  EXPECT_EQ(request.header("Host"), fmt::format("127.0.0.1:{}", server.port()));
  EXPECT_EQ(request.header("Accept-Encoding"), "identity");
  EXPECT_EQ(request.header("User-Agent"), "corten");
}

TEST(Client, AnyStatusIsAnAnswer) {
  Server server([](Exchange& e) { e.reply(404, "{}", "Content-Type: application/json\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto response = client.send(make_request(server.url())).value();
  EXPECT_EQ(response.status(), 404);
  EXPECT_EQ(response.text().value(), "{}");
}

TEST(Client, SendsOurHeadersAndRange) {
  Server server([](Exchange& e) {
    e.send("HTTP/1.1 206 Partial\r\nContent-Range: bytes 2-4/10\r\nContent-Length: 3\r\n\r\ncde");
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto request = make_request(server.url());
  ASSERT_TRUE(request.headers.add("Accept", "application/vnd.oci.image.manifest.v1+json"));
  ASSERT_TRUE(request.headers.add("X-Empty", ""));
  request.range = ByteRange{.first = 2, .last = 4};
  auto response = client.send(std::move(request)).value();
  EXPECT_EQ(response.text().value(), "cde");
  EXPECT_EQ(parse_content_range(*response.headers().find("Content-Range")).value().total_bytes, 10U);
  const auto received = server.requests().at(0);
  EXPECT_EQ(received.header("Accept"), "application/vnd.oci.image.manifest.v1+json");
  EXPECT_EQ(received.header("Range"), "bytes=2-4");
  EXPECT_NE(received.head.find("X-Empty:\r\n"), std::string::npos) << received.head;
}

TEST(Client, KeepsTheConnectionForTheNextRequest) {
  Server server([](Exchange& e) {
    if (e.request().method == "HEAD") {
      e.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
    } else if (e.request().method == "DELETE") {
      e.send("HTTP/1.1 204 Gone\r\n\r\n");
    } else {
      e.reply(200, "hello");
    }
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  EXPECT_EQ(client.send(make_request(server.url(), Method::head)).value().content_length(), 12345U);
  EXPECT_EQ(client.send(make_request(server.url(), Method::erase)).value().status(), 204);
  client.send(make_request(server.url())).value().discard();
  EXPECT_EQ(fetch_text(client, make_request(server.url())), "hello");
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST(Client, TextIsCappedWhateverTheServerAnnounces) {
  Server server([](Exchange& e) {
    if (e.request().target == "/announced") return e.reply(200, std::string(2000, 'x'));
    e.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(200'000, 'x'));
    e.close();
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  for (const auto* path : {"/announced", "/endless"}) {
    auto response = client.send(make_request(server.url(path))).value();
    const auto text = response.text(1000);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind(), Errc::data_loss);
    EXPECT_EQ(text.error().message(), "GET " + server.url(path) + ": the answer is over 1000 bytes");
  }
}

TEST(Client, AnEncodedTextIsRefusedAndABodyLeftAsItIs) {
  Server server([](Exchange& e) { e.reply(200, "\x1f\x8b packed", "Content-Encoding: gzip\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  EXPECT_TRUE(fetch_text(client, make_request(server.url())).ends_with("'gzip', which was not asked for"));
  auto response = client.send(make_request(server.url())).value();
  MemorySink sink;
  ASSERT_TRUE(copy_stream(response.body(), sink));
  EXPECT_EQ(sink.text(), "\x1f\x8b packed");
}

TEST(Client, ChallengesOfA401) {
  Server server([](Exchange& e) {
    e.reply(401, "",
            "WWW-Authenticate: Bearer realm=\"https://a/t\",service=\"s\"\r\nWww-Authenticate: Basic "
            "realm=\"r\"\r\n");
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto challenges = client.send(make_request(server.url())).value().challenges().value();
  ASSERT_EQ(challenges.size(), 2U);
  EXPECT_EQ(challenges[0].find("service"), "s");
  EXPECT_EQ(challenges[1].scheme, "basic");
}

TEST(Client, LeavesTheRetryAfterOf429ToTheCaller) {
  Server server([](Exchange& e) { e.reply(429, "", "Retry-After: 7\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto response = client.send(make_request(server.url())).value();
  EXPECT_EQ(response.status(), 429);
  EXPECT_EQ(response.headers().find("Retry-After"), "7");
}

TEST(Client, RefusesBadRequestsBeforeConnecting) {
  auto client = make_client();
  auto request = make_request("http://127.0.0.1:1/?sig=secret");
  request.body = Body::bytes("x");
  EXPECT_EQ(client.send(std::move(request)).error().message(),
            "GET http://127.0.0.1:1/?sig=***: a GET request has no body");
}

TEST(ClientPool, GivesEachThreadItsOwnAndKeepsConnections) {
  Server server([](Exchange& e) { e.reply(200, std::string(100'000, 'x')); });
  CORTEN_REQUIRE_SERVER(server);
  ClientPool pool({});
  const auto work = [&] {
    std::size_t bytes = 0;
    for (int i = 0; i < 5; ++i) {
      const auto lease = pool.acquire();
      bytes += fetch_text(**lease, make_request(server.url())).size();
    }
    return bytes;
  };
  std::vector<std::future<std::size_t>> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) threads.push_back(std::async(std::launch::async, work));
  for (auto& thread : threads) EXPECT_EQ(thread.get(), 500'000U);
  EXPECT_LE(server.connections(), 4);
  EXPECT_EQ(server.requests().size(), 20U);
}

}  // namespace
}  // namespace corten::http::test
