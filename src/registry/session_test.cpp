#include "registry/session.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "http/test_tls.hpp"
#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

using http::test::Exchange;
using http::test::Server;
using std::chrono::milliseconds;

const Call kCall{.target = "/v2/a/b/tags/list"};

TEST(Session, TriesAgainWhatMayPass) {
  std::atomic<int> count = 0;
  Server server(registry_script([&](Exchange& e) {
    switch (++count) {
      case 1:
        return e.reply(503);
      case 2:  // libcurl itself tries again when a connection that was used before is closed
      case 3:
        return e.close();
      case 4:
        return e.reply(429, "", "Retry-After: 7\r\n");
      default:
        return e.reply(200, "at last");
    }
  }));
  CORTEN_REQUIRE_SERVER(server);
  const Wiring setup;
  Session session(setup.context(), endpoint_of(server));
  auto exchange = session.send(kCall);
  ASSERT_TRUE(exchange) << exchange.error().message();
  EXPECT_EQ(exchange->response.text().value(), "at last");
  const auto& diary = *setup.diary;
  ASSERT_EQ(diary.slept.size(), 3U);
  EXPECT_GE(diary.slept[0], milliseconds(250));
  EXPECT_LE(diary.slept[0], milliseconds(500));
  EXPECT_EQ(diary.slept[2], milliseconds(7000));
  EXPECT_EQ(diary.told.at(2),
            fmt::format("'127.0.0.1:{}' answered 429, trying again in 7.0 s", server.port()));
  EXPECT_NE(diary.told.at(1).find("closed the connection"), std::string::npos) << diary.told.at(1);
}

TEST(Session, GivesUpAfterTheLastTry) {
  Server server(registry_script([](Exchange& e) {
    e.reply(500, R"({"errors":[{"code":"UNKNOWN","message":"disk\u001b[31m full"}]})");
  }));
  CORTEN_REQUIRE_SERVER(server);
  Wiring setup;
  setup.options.retry.max_attempts = 3;
  Session session(setup.context(), endpoint_of(server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unavailable);
  EXPECT_NE(exchange.error().message().find(R"(answered 500: UNKNOWN: disk\x1b[31m full)"), std::string::npos)
      << exchange.error().message();
  EXPECT_EQ(requests_of(server).size(), 3U);
}

TEST(Session, DoesNotRepeatAPostThatMayHaveArrived) {
  Server server(registry_script([](Exchange& e) {
    (void)e.read_body();
    e.reply(500);
  }));
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  EXPECT_FALSE(session.send({.method = http::Method::post, .target = "/v2/a/b/blobs/uploads/"}));
  EXPECT_EQ(requests_of(server).size(), 1U);
}

TEST(Session, DoesNotRepeatABodyThatWasReadFrom) {
  Server server(registry_script([](Exchange& e) {
    (void)e.read_body();
    e.reply(503);
  }));
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  MemorySource body("blob");
  const auto exchange =
      session.send({.method = http::Method::put, .target = "/v2/a/b/x", .stream = &body, .stream_bytes = 4});
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unavailable);
  EXPECT_EQ(requests_of(server).size(), 1U);
}

TEST(Session, OtherStatusesAreAnswers) {
  Server server(registry_script([](Exchange& e) { e.reply(404, "no"); }));
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  auto exchange = session.send(kCall);
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->response.status(), 404);
}

TEST(Session, AWishToStopEndsTheWaiting) {
  Server server(registry_script([](Exchange& e) { e.reply(503); }));
  CORTEN_REQUIRE_SERVER(server);
  std::stop_source stop;
  Wiring setup;
  setup.options.stop = stop.get_token();
  setup.options.on_retry = [&](const std::string&) { stop.request_stop(); };
  setup.options.sleep = {};
  setup.options.retry.first_delay = std::chrono::hours(1);
  setup.options.retry.max_delay = std::chrono::hours(1);
  Session session(setup.context(), endpoint_of(server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::canceled);
}

TEST(Session, ALoopbackHostWithoutTlsIsSpokenToPlainly) {
  Server server(registry_script([](Exchange& e) { e.reply(200, "plain"); }));
  CORTEN_REQUIRE_SERVER(server);
  const Wiring setup;
  const auto context = setup.context();
  Session first(context, endpoint_of(server));
  Session second(context, endpoint_of(server, "c/d"));
  EXPECT_TRUE(first.send(kCall));
  EXPECT_TRUE(second.send(kCall));
  const auto requests = server.requests();
  EXPECT_EQ(requests.size(), 3U);  // one question for the scheme, by whoever came first
  EXPECT_TRUE(setup.diary->told.empty());
}

TEST(Session, TlsOfALoopbackHostIsUsedAndItsCertificateChecked) {
  const http::test::TlsIdentity identity;
  Server server(registry_script([](Exchange& e) { e.reply(200, "tls"); }), &identity);
  CORTEN_REQUIRE_SERVER(server);
  Wiring setup;
  setup.options.retry.max_attempts = 1;
  Session strict(setup.context(), endpoint_of(server));
  const auto refused = strict.send(kCall);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Errc::failed_precondition);
  EXPECT_NE(refused.error().message().find("cannot be trusted"), std::string::npos);
  EXPECT_TRUE(server.requests().empty());

  setup.options.tls_verify = TlsVerify::skipped;
  Session lax(setup.context(), endpoint_of(server));
  auto exchange = lax.send(kCall);
  ASSERT_TRUE(exchange) << exchange.error().message();
  EXPECT_TRUE(exchange->response.url().is_https());
  auto endpoint = endpoint_of(server);
  endpoint.insecure = true;
  setup.options.tls_verify = TlsVerify::required;
  Session insecure(setup.context(), endpoint);
  EXPECT_TRUE(insecure.send(kCall));
}

TEST(Session, AnOverloadedPlainServerIsAskedAgain) {
  std::atomic<int> count = 0;
  Server server([&](Exchange& e) { e.reply(++count < 3 ? 503 : 200, "{}"); });
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  auto exchange = session.send(kCall);
  EXPECT_TRUE(exchange) << exchange.error().message();
}

TEST(Session, ARedirectFromHttpsToHttpIsRefused) {
  const http::test::TlsIdentity identity;
  Server plain([](Exchange& e) { e.reply(200, "from anyone"); });
  Server server(
      registry_script([&](Exchange& e) { e.reply(307, "", "Location: " + plain.url("/x") + "\r\n"); }),
      &identity);
  CORTEN_REQUIRE_SERVER(server);
  Wiring setup;
  // Loopback may be plain, so that such a redirect is allowed there.
  setup.options.tls_verify = TlsVerify::skipped;
  Session session(setup.context(), endpoint_of(server));
  EXPECT_TRUE(session.send(kCall));
}

TEST(ResponseError, AWebPageIsNoRegistry) {
  Server server(registry_script(
      [](Exchange& e) { e.reply(404, "<html>", "Content-Type: text/html; charset=utf-8\r\n"); }));
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  auto exchange = session.send(kCall);
  ASSERT_TRUE(exchange);
  const auto error = response_error(*exchange, "listing tags");
  EXPECT_EQ(error.kind(), Errc::not_found);
  EXPECT_NE(error.message().find("does not look like a registry"), std::string::npos);
  EXPECT_TRUE(error.message().starts_with("listing tags: "));
}

TEST(ResponseError, WordsOfTheRegistryAreCapped) {
  Server server(registry_script([](Exchange& e) {
    e.reply(400,
            fmt::format(R"({{"errors":[{{"code":"X","message":"{}"}},{{}},5]}})", std::string(5000, 'y')));
  }));
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  auto exchange = session.send(kCall);
  ASSERT_TRUE(exchange);
  const auto error = response_error(*exchange, "doing");
  EXPECT_LT(error.message().size(), 400U);
  EXPECT_EQ(error.kind(), Errc::invalid_argument);
}

TEST(ResponseError, KindsFollowTheStatus) {
  Server server(registry_script([](Exchange& e) {
    e.reply(static_cast<int>(*parse_uint64(e.request().target.substr(1), "status")), "[[[");
  }));
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  const std::pair<int, Errc> table[] = {{403, Errc::permission_denied},
                                        {404, Errc::not_found},
                                        {405, Errc::unsupported},
                                        {409, Errc::failed_precondition},
                                        {204, Errc::data_loss}};
  for (const auto& [status, kind] : table) {
    auto exchange = session.send({.target = fmt::format("/{}", status)});
    ASSERT_TRUE(exchange) << exchange.error().message();
    EXPECT_EQ(response_error(*exchange, "doing").kind(), kind) << status;
  }
}

}  // namespace
}  // namespace corten::registry::testing
