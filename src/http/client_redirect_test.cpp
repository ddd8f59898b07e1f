#include <gtest/gtest.h>

#include "http/test_client.hpp"

// CVE-2020-15157 and its family: what a registry may not learn by redirecting.
namespace corten::http::test {
namespace {

Request following(std::string_view url, Method method = Method::get) {
  auto request = make_request(url, method);
  request.redirects.follow = Follow::any;
  return request;
}

// A server whose every answer is a redirect to what `target` says then.
Script redirect_to(const std::string& target, int status = 307) {
  return [&target, status](Exchange& e) {
    (void)e.read_body();
    e.reply(status, "moved", "Location: " + target + "\r\n");
  };
}

bool leaks(const Server& server, std::string_view secret) {
  for (const auto& request : server.requests()) {
    if (request.head.find(secret) != std::string::npos) return true;
    if (!request.header("Authorization").empty() || !request.header("Cookie").empty()) return true;
  }
  return false;
}

TEST(ClientRedirect, HeadersWithCredentialsDoNotReachAnotherPort) {
  Server storage([](Exchange& e) { e.reply(200, "blob"); });
  const auto target = storage.url("/signed?sig=abc");
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  auto request = following(registry.url("/v2/blob"));
  ASSERT_TRUE(request.headers.add("Authorization", "Bearer t0ps3cret"));
  ASSERT_TRUE(request.headers.add("Cookie", "session=t0ps3cret"));
  ASSERT_TRUE(request.headers.add("X-Registry-Auth", "t0ps3cret"));
  ASSERT_TRUE(request.headers.add("Accept", "application/octet-stream"));
  request.range = ByteRange{.first = 5};
  auto response = client.send(std::move(request)).value();
  EXPECT_EQ(response.text().value(), "blob");
  // The first server got them, so the test can fail.
  EXPECT_TRUE(leaks(registry, "t0ps3cret"));
  EXPECT_FALSE(leaks(storage, "t0ps3cret")) << storage.requests().at(0).head;
  // What is no credential stays.
  EXPECT_EQ(storage.requests().at(0).header("Accept"), "application/octet-stream");
  EXPECT_EQ(storage.requests().at(0).header("Range"), "bytes=5-");
  EXPECT_EQ(response.url().to_string(), target);
  ASSERT_EQ(response.redirected_from().size(), 1U);
  EXPECT_EQ(response.redirected_from()[0].to_string(), registry.url("/v2/blob"));
}

TEST(ClientRedirect, UserInfoDoesNotReachAnotherHost) {
  Server other([](Exchange& e) { e.reply(200, "blob"); });
  // Another name for the same machine is another host.
  const auto target = fmt::format("http://localhost:{}/x", other.port());
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  const auto url = fmt::format("http://alice:t0ps3cret@127.0.0.1:{}/", registry.port());
  EXPECT_EQ(fetch_text(client, following(url)), "blob");
  EXPECT_EQ(registry.requests().at(0).header("Authorization"), "Basic YWxpY2U6dDBwczNjcmV0");
  EXPECT_FALSE(leaks(other, "YWxpY2U6dDBwczNjcmV0"));
  EXPECT_EQ(other.requests().at(0).head.find("Referer"), std::string::npos);
}

TEST(ClientRedirect, UserInfoOfALocationIsNotUsed) {
  Server other([](Exchange& e) { e.reply(200, "blob"); });
  const auto target = fmt::format("http://mallory:pw@127.0.0.1:{}/x", other.port());
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  EXPECT_EQ(fetch_text(client, following(registry.url())), "blob");
  EXPECT_FALSE(leaks(other, "mallory"));
}

TEST(ClientRedirect, CredentialsDoNotComeBackWhenTheChainReturns) {
  std::string back;
  Server other([&](Exchange& e) { e.reply(302, "", "Location: " + back + "\r\n"); });
  const auto away = other.url("/away");
  Server registry([&](Exchange& e) {
    if (e.request().target == "/back") return e.reply(200, "end");
    e.reply(302, "", "Location: " + away + "\r\n");
  });
  CORTEN_REQUIRE_SERVER(registry);
  back = registry.url("/back");
  auto client = make_client();
  auto request = following(registry.url("/start"));
  ASSERT_TRUE(request.headers.add("Authorization", "Bearer t0ps3cret"));
  auto response = client.send(std::move(request)).value();
  EXPECT_EQ(response.redirected_from().size(), 2U);
  EXPECT_FALSE(leaks(other, "t0ps3cret"));
  EXPECT_EQ(registry.requests().at(1).header("Authorization"), "");
}

TEST(ClientRedirect, CredentialsStayOnTheSameOrigin) {
  Server server([](Exchange& e) {
    if (e.request().target == "/new") return e.reply(200, "moved here");
    e.reply(301, "", "Location: /new\r\n");
  });
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  auto request = make_request(server.url("/old"));  // same_origin is the default
  ASSERT_TRUE(request.headers.add("Authorization", "Bearer token"));
  EXPECT_EQ(fetch_text(client, std::move(request)), "moved here");
  EXPECT_EQ(server.requests().at(1).header("Authorization"), "Bearer token");
  EXPECT_EQ(server.connections(), 1);
}

TEST(ClientRedirect, AnotherOriginIsRefusedByDefault) {
  Server other([](Exchange& e) { e.reply(200); });
  const auto target = other.url();
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  const auto error = client.send(make_request(registry.url())).error().clone();
  EXPECT_EQ(error.kind(), Errc::failed_precondition);
  EXPECT_EQ(error.message(), fmt::format("GET {}: redirected to '{}', which is not on http://127.0.0.1:{}",
                                         registry.url(), target, registry.port()));
  EXPECT_TRUE(other.requests().empty());
}

TEST(ClientRedirect, WithoutFollowingTheRedirectIsTheAnswer) {
  const std::string target = "http://elsewhere.invalid/";
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  auto request = make_request(registry.url());
  request.redirects.follow = Follow::none;
  const auto response = client.send(std::move(request)).value();
  EXPECT_EQ(response.status(), 307);
  EXPECT_EQ(response.headers().find("Location"), target);
}

TEST(ClientRedirect, OtherProtocolsAreNotFollowed) {
  std::string target = "file:///etc/passwd";
  Server registry([&](Exchange& e) { e.reply(302, "", "Location: " + target + "\r\n"); });
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  const auto error = client.send(following(registry.url())).error().message();
  EXPECT_NE(error.find("must start with 'http://' or 'https://'"), std::string::npos) << error;
}

TEST(ClientRedirect, LoopsEnd) {
  const std::string target = "/again";
  Server server(redirect_to(target));
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  EXPECT_TRUE(fetch_text(client, following(server.url())).ends_with(": more than 10 redirects"));
  EXPECT_EQ(server.requests().size(), 11U);
  EXPECT_EQ(server.connections(), 1);
}

TEST(ClientRedirect, ABodyDoesNotReachAnotherPortUnlessAllowed) {
  Server other([](Exchange& e) { e.reply(200, e.read_body()); });
  const auto target = other.url();
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  auto request = following(registry.url(), Method::post);
  request.body = Body::bytes("payload");
  EXPECT_EQ(client.send(std::move(request)).error().kind(), Errc::failed_precondition);
  EXPECT_TRUE(other.requests().empty());
}

TEST(ClientRedirect, BytesAreSentAgainAfter307AndDroppedAfter303) {
  Server other([](Exchange& e) { e.reply(200, e.request().method + " " + e.read_body()); });
  const auto target = other.url();
  auto client = make_client();
  for (const int status : {307, 303}) {
    Server registry(redirect_to(target, status));
    CORTEN_REQUIRE_SERVER(registry);
    auto request = following(registry.url(), Method::post);
    request.body = Body::bytes("payload");
    request.redirects.body_may_leave = true;
    ASSERT_TRUE(request.headers.add("Content-Type", "text/plain"));
    EXPECT_EQ(fetch_text(client, std::move(request)), status == 307 ? "POST payload" : "GET ");
  }
  EXPECT_EQ(other.requests().at(0).header("Content-Type"), "text/plain");
  EXPECT_EQ(other.requests().at(1).header("Content-Type"), "");
}

TEST(ClientRedirect, AnUntouchedStreamFollowsARedirect) {
  Server other([](Exchange& e) {
    e.send("HTTP/1.1 100 Continue\r\n\r\n");
    e.reply(201, e.read_body());
  });
  const auto target = other.url();
  Server registry([&](Exchange& e) {
    e.reply(307, "", "Location: " + target + "\r\nConnection: close\r\n");
    e.close();
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  MemorySource source("streamed");
  auto request = following(registry.url(), Method::put);
  request.body = Body::stream(source, 8);
  request.redirects.body_may_leave = true;
  EXPECT_EQ(fetch_text(client, std::move(request)), "streamed");
}

TEST(ClientRedirect, AHalfSentStreamIsAnErrorNotATruncatedBody) {
  Server other([](Exchange& e) { e.reply(201, e.read_body()); });
  const auto target = other.url();
  Server registry(redirect_to(target));
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client();
  MemorySource source("streamed");
  auto request = following(registry.url(), Method::put);
  request.body = Body::stream(source, 8);
  request.redirects.body_may_leave = true;
  request.expect = Expect::never;
  const auto error = client.send(std::move(request)).error().clone();
  EXPECT_EQ(error.kind(), Errc::failed_precondition);
  EXPECT_NE(error.message().find("cannot be sent again"), std::string::npos);
  EXPECT_TRUE(other.requests().empty());
}

}  // namespace
}  // namespace corten::http::test
