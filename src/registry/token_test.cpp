#include "registry/token.hpp"

#include <gtest/gtest.h>

namespace corten::registry {
namespace {

constexpr Timestamp kNow{.seconds = 1000, .nanoseconds = 0};

Endpoint at(const std::string& host, bool insecure = false) {
  return {.host = host, .repository = "a", .registry = host, .insecure = insecure};
}

TEST(ParseToken, ReadsBothNames) {
  EXPECT_EQ(parse_token(R"({"token": "t", "expires_in": 300})", kNow)->value, "t");
  EXPECT_EQ(parse_token(R"({"access_token": "a"})", kNow)->value, "a");
  EXPECT_EQ(parse_token(R"({"token": "", "access_token": "a"})", kNow)->value, "a");
  EXPECT_EQ(parse_token(R"({"token": "t", "refresh_token": "r"})", kNow)->refresh_token, "r");
}

TEST(ParseToken, LivesAMinuteUnlessSaidOtherwise) {
  EXPECT_EQ(parse_token(R"({"token": "t"})", kNow)->expires_in, 60);
  EXPECT_EQ(parse_token(R"({"token": "t", "expires_in": 300})", kNow)->expires_in, 300);
  EXPECT_EQ(parse_token(R"({"token": "t", "expires_in": -5})", kNow)->expires_in, 0);
  EXPECT_EQ(parse_token(R"({"token": "t", "expires_in": 9000000000000000000})", kNow)->expires_in,
            365LL * 24 * 3600);
}

TEST(ParseToken, RefusesAnswersWithoutOne) {
  EXPECT_EQ(parse_token("<html>", kNow).error().kind(), Errc::data_loss);
  EXPECT_EQ(parse_token(R"({"token": null})", kNow).error().kind(), Errc::data_loss);
  EXPECT_FALSE(parse_token(R"({"token": 5})", kNow));
  EXPECT_FALSE(parse_token("[]", kNow));
}

TEST(CheckRealm, AnyHostOverHttps) {
  const auto realm = check_realm("https://auth.docker.io/token", at("registry-1.docker.io"), false);
  ASSERT_TRUE(realm);
  EXPECT_EQ(realm->to_string(), "https://auth.docker.io/token");
}

TEST(CheckRealm, PlainHttpOfASecureRegistryIsRefused) {
  const auto realm = check_realm("http://auth.example.com/token", at("r.example.com"), false);
  ASSERT_FALSE(realm);
  EXPECT_EQ(realm.error().kind(), Errc::permission_denied);
  EXPECT_FALSE(check_realm("http://r.example.com/token", at("r.example.com"), false));
  EXPECT_FALSE(check_realm("http://127.0.0.1/token", at("r.example.com"), false));
}

TEST(CheckRealm, ALoopbackRegistryMayNameALoopbackServer) {
  EXPECT_TRUE(check_realm("http://127.0.0.1:5704/token", at("localhost:5000"), true));
  EXPECT_FALSE(check_realm("http://auth.example.com/token", at("localhost:5000"), true));
}

TEST(CheckRealm, AnInsecureRegistryMayNameAnyServer) {
  EXPECT_TRUE(check_realm("http://auth.lan/token", at("r.lan", true), true));
}

TEST(CheckRealm, IsAnHttpUrlWithoutAUserOfItsOwn) {
  EXPECT_FALSE(check_realm("ftp://auth.lan/token", at("r.lan", true), true));
  EXPECT_FALSE(check_realm("file:///etc/passwd", at("r.lan", true), true));
  EXPECT_FALSE(check_realm("/token", at("r.lan", true), true));
  EXPECT_EQ(check_realm("https://mallory:pw@auth.lan/t", at("r.lan"), false)->userinfo(), "");
}

}  // namespace
}  // namespace corten::registry
