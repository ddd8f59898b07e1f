#include <atomic>

#include <gtest/gtest.h>

#include "http/percent.hpp"
#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

using http::test::Exchange;
using http::test::Server;

const Call kCall{.target = "/v2/a/b/tags/list"};
constexpr std::string_view kAlice = "Basic YWxpY2U6czNjcmV0";  // alice:s3cret

// A registry that wants a token, and the server that gives them: one per request, "t1", "t2", ...
struct TokenWorld {
  std::atomic<int> given = 0;
  std::atomic<int> refused = 0;  // how many requests with a token still get 401
  std::string realm;             // instead of our own
  std::string answer;            // instead of a token
  std::string scope = "repository:a/b:pull";
  Server server{[this](Exchange& e) { serve(e); }};

  void serve(Exchange& e) {
    (void)e.read_body();
    if (e.request().target == "/v2/") return challenge(e);
    if (e.request().target.starts_with("/token")) {
      if (!answer.empty()) return e.reply(401, answer, "Content-Type: application/json\r\n");
      return e.reply(200,
                     fmt::format(R"({{"token": "t{}", "expires_in": 300, "refresh_token": "r1"}})", ++given));
    }
    if (e.request().header("Authorization").empty() || refused-- > 0) return challenge(e);
    e.reply(200, e.request().header("Authorization"));
  }
  void challenge(Exchange& e) {
    e.reply(401, R"({"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]})",
            fmt::format("Www-Authenticate: Bearer realm=\"{}\",service=\"reg\",scope=\"{}\"\r\n",
                        realm.empty() ? server.url("/token") : realm, scope));
  }
  std::vector<http::test::Received> token_requests() const {
    auto requests = server.requests();
    std::erase_if(requests, [](const auto& r) { return !r.target.starts_with("/token"); });
    return requests;
  }
};

std::string send_text(Session& session, const Call& call = kCall) {
  auto exchange = session.send(call);
  if (!exchange) return "error: " + exchange.error().message();
  return exchange->response.text().value_or("?");
}

TEST(SessionAuth, AnonymousRequestsGetATokenWithoutCredentials) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  Session session(Wiring().context(), endpoint_of(world.server));
  EXPECT_EQ(send_text(session), "Bearer t1");
  const auto asked = world.token_requests();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].header("Authorization"), "");
  EXPECT_EQ(asked[0].target, "/token?client_id=corten&service=reg&scope=repository%3Aa%2Fb%3Apull");
}

TEST(SessionAuth, CredentialsGoToTheTokenServerOnly) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  Wiring setup;
  setup.log_in({.username = "alice", .password = "s3cret"});
  Session session(setup.context(), endpoint_of(world.server));
  EXPECT_EQ(send_text(session), "Bearer t1");
  EXPECT_EQ(send_text(session), "Bearer t1");
  ASSERT_EQ(world.token_requests().size(), 1U);
  EXPECT_EQ(world.token_requests()[0].header("Authorization"), kAlice);
  EXPECT_TRUE(world.token_requests()[0].target.starts_with("/token?account=alice&"));
  for (const auto& request : requests_of(world.server)) {
    const bool for_token = request.target.starts_with("/token");
    EXPECT_EQ(request.header("Authorization") == kAlice, for_token) << request.target;
  }
  EXPECT_EQ(setup.diary->lookups, 1);
}

TEST(SessionAuth, TokensAreKeptByScopeForAllSessionsOfAHost) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  const auto context = Wiring().context();
  Session first(context, endpoint_of(world.server));
  Session second(context, endpoint_of(world.server));
  EXPECT_EQ(send_text(first), "Bearer t1");
  EXPECT_EQ(send_text(second), "Bearer t1");
  auto pushing = kCall;
  pushing.rights = Rights::push;
  pushing.also_pull = {"base/image"};
  EXPECT_EQ(send_text(first, pushing), "Bearer t2");
  EXPECT_NE(world.token_requests()[1].target.find(
                "scope=repository%3Aa%2Fb%3Apull%2Cpush&scope=repository%3Abase%2Fimage%3Apull"),
            std::string::npos)
      << world.token_requests()[1].target;
  EXPECT_EQ(send_text(second), "Bearer t1");
}

TEST(SessionAuth, AnExpiredTokenIsReplacedBeforeItIsUsed) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  Wiring setup;
  Session session(setup.context(), endpoint_of(world.server));
  EXPECT_EQ(send_text(session), "Bearer t1");
  setup.diary->now.seconds += 289;
  EXPECT_EQ(send_text(session), "Bearer t1");
  setup.diary->now.seconds += 5;
  EXPECT_EQ(send_text(session), "Bearer t2");
}

TEST(SessionAuth, ARefusedTokenIsReplacedOnce) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  Session session(Wiring().context(), endpoint_of(world.server));
  EXPECT_EQ(send_text(session), "Bearer t1");
  world.refused = 1;
  EXPECT_EQ(send_text(session), "Bearer t2");
}

TEST(SessionAuth, ARegistryThatRefusesEveryTokenIsNotAskedForever) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  world.refused = 1000;
  Session session(Wiring().context(), endpoint_of(world.server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unauthenticated);
  EXPECT_NE(exchange.error().message().find("UNAUTHORIZED: authentication required"), std::string::npos);
  EXPECT_NE(exchange.error().hint().find("corten login 127.0.0.1:"), std::string_view::npos);
  EXPECT_EQ(world.token_requests().size(), 2U);
  EXPECT_EQ(requests_of(world.server).size(), 4U);  // two tries, two tokens
}

TEST(SessionAuth, WithCredentialsARefusedTokenMeansMissingRights) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  world.refused = 1000;
  Wiring setup;
  setup.log_in({.username = "alice", .password = "s3cret"});
  Session session(setup.context(), endpoint_of(world.server));
  EXPECT_EQ(session.send(kCall).error().kind(), Errc::permission_denied);
}

TEST(SessionAuth, TheScopeOfTheChallengeIsAskedForToo) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  world.scope = "registry:catalog:*";
  world.refused = 1;  // the token for the scope that was guessed
  Session session(Wiring().context(), endpoint_of(world.server));
  EXPECT_EQ(send_text(session), "Bearer t2");
  const auto asked = world.token_requests();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_NE(asked[1].target.find("scope=registry%3Acatalog%3A%2A&scope=repository%3Aa%2Fb%3Apull"),
            std::string::npos)
      << asked[1].target;
  // And kept under what the next request asks for.
  EXPECT_EQ(send_text(session), "Bearer t2");
}

TEST(SessionAuth, WrongCredentialsAreSaidWithTheServersWords) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  world.answer = R"({"details": "incorrect username or password"})";
  Wiring setup;
  setup.log_in({.username = "alice", .password = "wrong"});
  Session session(setup.context(), endpoint_of(world.server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unauthenticated);
  EXPECT_NE(exchange.error().message().find("incorrect username or password"), std::string::npos);
  EXPECT_NE(exchange.error().message().find("the credentials for '127.0.0.1:"), std::string::npos);
  EXPECT_EQ(exchange.error().message().find("wrong"), std::string::npos);
}

TEST(SessionAuth, AnIdentityTokenIsExchangedByPost) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  std::string form;
  Server auth([&](Exchange& e) {
    form = e.read_body();
    e.reply(200, R"({"access_token": "fresh"})");
  });
  world.realm = auth.url("/oauth2");
  Wiring setup;
  setup.log_in({.username = "<token>", .password = "", .identity_token = "idt&x"});
  Session session(setup.context(), endpoint_of(world.server));
  EXPECT_EQ(send_text(session), "Bearer fresh");
  EXPECT_EQ(form,
            "grant_type=refresh_token&service=reg&client_id=corten&scope=repository%3Aa%2Fb%3Apull"
            "&refresh_token=idt%26x");
  EXPECT_EQ(auth.requests()[0].method, "POST");
}

TEST(SessionAuth, BasicIsAnsweredAndThenSentAtOnce) {
  Server server([](Exchange& e) {
    if (e.request().header("Authorization") == kAlice) return e.reply(200, "in");
    e.reply(401, "", "Www-Authenticate: Basic realm=\"r\"\r\n");
  });
  CORTEN_REQUIRE_SERVER(server);
  Wiring setup;
  setup.log_in({.username = "alice", .password = "s3cret"});
  Session session(setup.context(), endpoint_of(server));
  EXPECT_EQ(send_text(session), "in");
  EXPECT_EQ(send_text(session), "in");
  EXPECT_EQ(requests_of(server).size(), 2U);  // the question for the scheme was refused: known from then on
}

TEST(SessionAuth, BasicWithoutCredentialsAsksForALogin) {
  Server server([](Exchange& e) { e.reply(401, "", "Www-Authenticate: Basic realm=\"r\"\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unauthenticated);
  EXPECT_NE(exchange.error().hint().find("corten login"), std::string_view::npos);
  EXPECT_EQ(requests_of(server).size(), 1U);
}

TEST(SessionAuth, WrongBasicCredentialsAreSentOnce) {
  Server server([](Exchange& e) { e.reply(401, "", "Www-Authenticate: Basic realm=\"r\"\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  Wiring setup;
  setup.log_in({.username = "alice", .password = "wrong"});
  Session session(setup.context(), endpoint_of(server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unauthenticated);
  EXPECT_EQ(requests_of(server).size(), 1U);
}

TEST(SessionAuth, UnknownSchemesAreNamed) {
  Server server([](Exchange& e) { e.reply(401, "", "Www-Authenticate: Negotiate\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  const auto exchange = session.send(kCall);
  ASSERT_FALSE(exchange);
  EXPECT_EQ(exchange.error().kind(), Errc::unsupported);
  EXPECT_NE(exchange.error().message().find("negotiate"), std::string::npos);
}

TEST(SessionAuth, CredentialsStayBehindWhenABlobIsElsewhere) {
  Server storage([](Exchange& e) { e.reply(200, "auth: " + e.request().header("Authorization")); });
  TokenWorld world;
  Server server([&](Exchange& e) {
    if (e.request().header("Authorization").empty()) return world.challenge(e);
    e.reply(307, "", "Location: " + storage.url("/signed") + "\r\n");
  });
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  EXPECT_EQ(send_text(session), "auth: ");
}

TEST(SessionAuth, AChallengeBehindARedirectIsNotAnswered) {
  TokenWorld theirs;
  Server storage([&](Exchange& e) { theirs.challenge(e); });
  Server server(
      registry_script([&](Exchange& e) { e.reply(307, "", "Location: " + storage.url("/x") + "\r\n"); }));
  CORTEN_REQUIRE_SERVER(server);
  Wiring wiring;
  wiring.log_in({.username = "alice", .password = "s3cret"});
  Session session(wiring.context(), endpoint_of(server));
  EXPECT_EQ(session.send(kCall).error().kind(), Errc::unauthenticated);
  EXPECT_TRUE(theirs.token_requests().empty());
  EXPECT_EQ(wiring.diary->lookups, 0);
}

TEST(SessionAuth, ATargetElsewhereGetsNoCredentials) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  Server other([](Exchange& e) {
    e.reply(e.request().header("Authorization").empty() ? 401 : 200, "",
            "Www-Authenticate: Basic realm=\"r\"\r\n");
  });
  Wiring setup;
  setup.log_in({.username = "alice", .password = "s3cret"});
  Session session(setup.context(), endpoint_of(world.server));
  auto call = kCall;
  call.target = other.url("/upload?state=x");
  EXPECT_EQ(session.send(call).error().kind(), Errc::unauthenticated);
  EXPECT_EQ(other.requests().size(), 1U);
}

TEST(SessionAuth, AStreamedBodyWaitsForTheAnswerToAChallenge) {
  TokenWorld world;
  CORTEN_REQUIRE_SERVER(world.server);
  Session session(Wiring().context(), endpoint_of(world.server));
  MemorySource body("blob");
  auto call = kCall;
  call.method = http::Method::put;
  call.stream = &body;
  call.stream_bytes = 4;
  EXPECT_EQ(send_text(session, call), "Bearer t1");
}

TEST(SessionAuth, InsufficientScopeOfA403IsAnsweredOnce) {
  std::atomic<int> given = 0;
  Server server([&](Exchange& e) {
    if (e.request().target.starts_with("/token"))
      return e.reply(200, fmt::format(R"({{"token":"t{}"}})", ++given));
    if (e.request().header("Authorization") == "Bearer t2") return e.reply(200, "in");
    const auto first = e.request().header("Authorization").empty();
    e.reply(first ? 401 : 403, "",
            fmt::format("Www-Authenticate: Bearer realm=\"{}\",error=\"insufficient_scope\"\r\n",
                        "http://" + e.request().header("Host") + "/token"));
  });
  CORTEN_REQUIRE_SERVER(server);
  Session session(Wiring().context(), endpoint_of(server));
  EXPECT_EQ(send_text(session), "in");
}

}  // namespace
}  // namespace corten::registry::testing
