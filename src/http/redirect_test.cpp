#include "http/redirect.hpp"

#include <gtest/gtest.h>

#include "http/stall.hpp"

namespace corten::http {
namespace {

constexpr RedirectPolicy kAny{.follow = Follow::any};

Result<std::optional<Hop>> hop(const RedirectPolicy& policy, Method method, int status,
                               std::string_view location,
                               std::string_view from = "https://reg.example/v2/x") {
  return next_hop(policy, method, Url::parse(from).value(), status, location, 0);
}

TEST(Redirect, CredentialsStayBehindWhenTheOriginChanges) {
  for (const auto* location : {"https://evil.example/", "https://reg.example:444/", "//cdn.example/x",
                               "https://reg.example.evil/", "https://sub.reg.example/"}) {
    EXPECT_FALSE(hop(kAny, Method::get, 307, location).value()->keeps_credentials) << location;
  }
  for (const auto* location : {"/v3/", "other", "https://REG.example:443/y"}) {
    EXPECT_TRUE(hop(kAny, Method::get, 307, location).value()->keeps_credentials) << location;
  }
  // The same host without TLS is another origin too.
  EXPECT_FALSE(hop(kAny, Method::get, 301, "https://h/", "http://h/").value()->keeps_credentials);
}

TEST(Redirect, UserInfoInALocationIsDropped) {
  const auto next = hop(kAny, Method::get, 302, "https://u:p@cdn.example/x").value();
  EXPECT_EQ(next->url.userinfo(), "");
}

TEST(Redirect, HttpsIsNotLeftUnlessAllowed) {
  const auto refused = hop(kAny, Method::get, 302, "http://reg.example/?token=abc");
  EXPECT_EQ(refused.error().kind(), Errc::failed_precondition);
  EXPECT_EQ(refused.error().message(),
            "redirected from https to 'http://reg.example/?token=***', which is not encrypted");
  EXPECT_TRUE(hop({.follow = Follow::any, .allow_downgrade = true}, Method::get, 302, "http://reg.example/"));
}

TEST(Redirect, PolicyDecidesAboutOtherOrigins) {
  EXPECT_TRUE(hop({.follow = Follow::same_origin}, Method::get, 302, "/y").value());
  EXPECT_EQ(hop({.follow = Follow::same_origin}, Method::get, 302, "https://cdn.example/").error().message(),
            "redirected to 'https://cdn.example/', which is not on https://reg.example");
  EXPECT_FALSE(hop({.follow = Follow::none}, Method::get, 302, "https://cdn.example/").value().has_value());
}

TEST(Redirect, ABodyStaysWithItsOriginUnlessAllowed) {
  const auto from = Url::parse("https://reg.example/v2/x").value();
  const auto with_body = [&](const RedirectPolicy& policy, Method method, int status,
                             std::string_view location) {
    return next_hop(policy, method, from, status, location, 0, true);
  };
  for (const int status : {307, 308}) {
    const auto refused = with_body(kAny, Method::post, status, "https://cdn.example/?token=abc");
    ASSERT_FALSE(refused) << status;
    EXPECT_EQ(refused.error().kind(), Errc::failed_precondition);
    EXPECT_EQ(refused.error().message(),
              "redirected to 'https://cdn.example/?token=***', which is not on https://reg.example: the "
              "request's body is not sent there");
  }
  EXPECT_FALSE(with_body(kAny, Method::put, 302, "https://cdn.example/"));
  EXPECT_TRUE(with_body(kAny, Method::post, 307, "/y").value()->keeps_body);
  EXPECT_FALSE(with_body(kAny, Method::post, 303, "https://cdn.example/").value()->keeps_body);
  constexpr RedirectPolicy kLeaving{.follow = Follow::any, .body_may_leave = true};
  EXPECT_TRUE(with_body(kLeaving, Method::put, 307, "https://cdn.example/").value()->keeps_body);
}

TEST(Redirect, MethodsChangeAsRfc9110Says) {
  const auto method = [](Method before, int status) {
    return hop(kAny, before, status, "/y").value()->method;
  };
  EXPECT_EQ(method(Method::post, 301), Method::get);
  EXPECT_EQ(method(Method::post, 302), Method::get);
  EXPECT_EQ(method(Method::put, 302), Method::put);
  EXPECT_EQ(method(Method::put, 303), Method::get);
  EXPECT_EQ(method(Method::head, 303), Method::head);
  EXPECT_EQ(method(Method::post, 307), Method::post);
  EXPECT_EQ(method(Method::patch, 308), Method::patch);
  EXPECT_FALSE(hop(kAny, Method::post, 302, "/y").value()->keeps_body);
  EXPECT_TRUE(hop(kAny, Method::post, 308, "/y").value()->keeps_body);
}

TEST(Redirect, OtherAnswersAreNoRedirects) {
  for (const int status : {200, 300, 304, 305, 404}) {
    EXPECT_FALSE(hop(kAny, Method::get, status, "/y").value().has_value()) << status;
  }
  const auto from = Url::parse("https://h/").value();
  EXPECT_FALSE(next_hop(kAny, Method::get, from, 302, std::nullopt, 0).value().has_value());
}

TEST(Redirect, LoopsEndAndBadLocationsAreErrors) {
  const auto from = Url::parse("https://h/").value();
  EXPECT_TRUE(next_hop(kAny, Method::get, from, 302, "/", 9));
  EXPECT_EQ(next_hop(kAny, Method::get, from, 302, "/", 10).error().message(), "more than 10 redirects");
  for (const auto* location : {"ftp://h/", "file:///etc/passwd", "http://", "/a b"}) {
    EXPECT_FALSE(hop(kAny, Method::get, 302, location)) << location;
  }
}

TEST(Stall, OnlyTimeWithoutEnoughBytesCounts) {
  using std::chrono::milliseconds;
  StallDetector detector(milliseconds(100), 10);
  EXPECT_FALSE(detector.add(milliseconds(60), 0));
  EXPECT_EQ(detector.left(), milliseconds(40));
  EXPECT_FALSE(detector.add(milliseconds(60), 10));  // enough came: a new window
  EXPECT_FALSE(detector.add(milliseconds(99), 19));  // a drip of nine
  EXPECT_TRUE(detector.add(milliseconds(1), 19));
  EXPECT_EQ(detector.left(), milliseconds(0));
}

}  // namespace
}  // namespace corten::http
