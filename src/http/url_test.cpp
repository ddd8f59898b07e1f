#include "http/url.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/percent.hpp"

namespace corten::http {
namespace {

std::string normal(std::string_view text) {
  const auto url = Url::parse(text);
  return url ? url->to_string() : "error: " + url.error().message();
}

TEST(Url, IsNormalised) {
  EXPECT_EQ(normal("HTTP://Example.ORG"), "http://example.org/");
  EXPECT_EQ(normal("https://example.org:443/v2/"), "https://example.org/v2/");
  EXPECT_EQ(normal("http://example.org:443/v2/"), "http://example.org:443/v2/");
  EXPECT_EQ(normal("http://example.org:/"), "http://example.org/");
  EXPECT_EQ(normal("http://h/a/./b/../c"), "http://h/a/c");
  EXPECT_EQ(normal("http://h/../../x/.."), "http://h/");
  EXPECT_EQ(normal("http://h/a//b"), "http://h/a//b");
  EXPECT_EQ(normal("http://h/p#fragment"), "http://h/p");
  EXPECT_EQ(normal("http://h?a=b"), "http://h/?a=b");
  EXPECT_EQ(normal("http://h/a|b\"c\xc3\xa9?x={y}"), "http://h/a%7Cb%22c%C3%A9?x=%7By%7D");
}

TEST(Url, PartsAreAsWritten) {
  const auto url =
      Url::parse("https://al%69ce:s3cret@reg.example:5000/v2/a/blobs/?_state=a%2Bb%3D%3D&x=1").value();
  EXPECT_EQ(url.userinfo(), "al%69ce:s3cret");
  EXPECT_EQ(url.host(), "reg.example");
  EXPECT_EQ(url.port(), 5000);
  EXPECT_EQ(url.path(), "/v2/a/blobs/");
  // An upload location must be given back letter by letter.
  EXPECT_EQ(url.query(), "_state=a%2Bb%3D%3D&x=1");
  EXPECT_EQ(url.origin(), "https://reg.example:5000");
}

TEST(Url, KnowsIpv6Hosts) {
  const auto url = Url::parse("http://[2001:DB8:0::1]:5000/").value();
  EXPECT_EQ(url.host(), "2001:db8::1");
  EXPECT_EQ(url.to_string(), "http://[2001:db8::1]:5000/");
  EXPECT_FALSE(Url::parse("http://2001:db8::1/"));
  EXPECT_FALSE(Url::parse("http://[::1/"));
  EXPECT_FALSE(Url::parse("http://[::1]x/"));
  EXPECT_FALSE(Url::parse("http://[fe80::1%eth0]/"));
  EXPECT_FALSE(Url::parse("http://[example.org]/"));
}

TEST(Url, ThatCouldInjectOrConfuseIsRefused) {
  for (const auto* text : {"http://h/a b",
                           "http://h/a\r\nX: y",
                           "http://h/\x7f",
                           "http://h\n/",
                           " http://h/",
                           "http://a@b@c/",
                           "http://good.example\\@evil.example/",
                           "http://h/%zz",
                           "http://h/?%4",
                           "http://h:99999/",
                           "http://h:0/",
                           "http://h:8x/",
                           "http://h:-1/",
                           "http:///path",
                           "http://:80/",
                           "http://a..b/",
                           "http://h%2e/",
                           "http://127.1/",
                           "http://0x7f.1/",
                           "http://2130706433/",
                           "http://h/%",
                           "http://h\xc3\xa9/"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind(), Errc::invalid_argument) << text;
  }
  EXPECT_FALSE(Url::parse("http://h/" + std::string(20'000, 'a')));
  EXPECT_FALSE(Url::parse("http://" + std::string(300, 'a') + "/"));
}

TEST(Url, OtherSchemesAreRefused) {
  for (const auto* text :
       {"", "h", "ftp://h/", "file:///etc/passwd", "http:/h", "http:h", "javascript:x", "//h/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
  EXPECT_EQ(Url::parse("ftp://u:p@h/?t=s").error().message(),
            "URL 'ftp://***@h/?t=***': must start with 'http://' or 'https://'");
}

TEST(Url, ResolvesReferencesAsRfc3986Section54) {
  const auto base = Url::parse("http://a/b/c/d;p?q").value();
  const auto resolved = [&](std::string_view reference) {
    return base.resolve(reference).value().to_string();
  };
  EXPECT_EQ(resolved("g"), "http://a/b/c/g");
  EXPECT_EQ(resolved("./g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolved("/g"), "http://a/g");
  EXPECT_EQ(resolved("//g"), "http://g/");
  EXPECT_EQ(resolved("?y"), "http://a/b/c/d;p?y");
  EXPECT_EQ(resolved("g?y#s"), "http://a/b/c/g?y");
  EXPECT_EQ(resolved("#s"), "http://a/b/c/d;p?q");
  EXPECT_EQ(resolved(""), "http://a/b/c/d;p?q");
  EXPECT_EQ(resolved("../../../g"), "http://a/g");
  EXPECT_EQ(resolved(".."), "http://a/b/");
  EXPECT_EQ(resolved("g;x=1/../y"), "http://a/b/c/y");
  EXPECT_EQ(resolved("https://x/y"), "https://x/y");
  EXPECT_FALSE(base.resolve("ftp://x/"));
  EXPECT_FALSE(base.resolve("g:h"));
}

TEST(Url, ResolvingKeepsUserInfoOnlyOnTheSameServer) {
  const auto base = Url::parse("http://u:p@a/b").value();
  EXPECT_EQ(base.resolve("c").value().userinfo(), "u:p");
  EXPECT_EQ(base.resolve("//evil/").value().userinfo(), "");
  EXPECT_EQ(base.resolve("http://a/").value().userinfo(), "");
}

TEST(Url, OriginIsSchemeHostAndPort) {
  const auto same = [](const char* a, const char* b) {
    return same_origin(Url::parse(a).value(), Url::parse(b).value());
  };
  EXPECT_TRUE(same("https://h/a", "https://H:443/b"));
  EXPECT_FALSE(same("https://h/", "http://h/"));
  EXPECT_FALSE(same("https://h/", "https://h:444/"));
  EXPECT_FALSE(same("https://h/", "https://h.evil/"));
}

TEST(Url, AddQueryEncodes) {
  auto url = Url::parse("https://h/token").value();
  url.add_query("scope", "repository:a/b:pull,push");
  url.add_query("x", "a&b=c d+");
  EXPECT_EQ(url.to_string(), "https://h/token?scope=repository%3Aa%2Fb%3Apull%2Cpush&x=a%26b%3Dc%20d%2B");
}

TEST(RedactedUrl, HidesUserInfoAndQueryValues) {
  EXPECT_EQ(redacted_url("https://user:pw@h/p?sig=abc&token=xyz#frag"),
            "https://***@h/p?sig=***&token=***#***");
  EXPECT_EQ(redacted_url("https://h/v2/"), "https://h/v2/");
  EXPECT_EQ(redacted_url("https://h/p?baretoken"), "https://h/p?***");
  EXPECT_EQ(redacted_url("https://a:b@c@h/"), "https://***@h/");
  EXPECT_EQ(redacted_url("user:pw@h"), "***@h");
  EXPECT_EQ(redacted_url(Url::parse("https://u:p@h/a@b?c=d").value()), "https://h/a@b?c=***");
  EXPECT_LE(redacted_url("https://h/" + std::string(10'000, 'x')).size(), 515U);
}

TEST(RedactedUrl, HidesPasswordsThatBreakTheUrl) {
  for (const auto* text : {"https://u:se/cret@h/", "https://u:se?cret@h/", "https://u:se#cret@h/"}) {
    EXPECT_EQ(redacted_url(text), "https://***@h/");
    EXPECT_EQ(Url::parse(text).error().message().find("se"), std::string::npos) << text;
  }
}

RC_GTEST_PROP(Percent, DecodingUndoesEncoding, (const std::string& text)) {
  RC_ASSERT(percent_decode(encode_path_segment(text)).value() == text);
  RC_ASSERT(percent_decode(encode_query_value(text)).value() == text);
}

RC_GTEST_PROP(Url, AnySegmentAndValueSurvive, (const std::string& segment, const std::string& value)) {
  auto url = Url::parse("https://h/x" + encode_path_segment(segment)).value();
  url.add_query("v", value);
  const auto again = Url::parse(url.to_string()).value();
  RC_ASSERT(again == url);
  RC_ASSERT(percent_decode(again.path().substr(2)).value() == segment);
  RC_ASSERT(percent_decode(again.query()->substr(2)).value() == value);
}

TEST(Percent, BadEscapesAreErrors) {
  EXPECT_EQ(percent_decode("ab%4").error().message(),
            "'%' at position 2 is not followed by two hexadecimal digits");
  EXPECT_EQ(percent_decode("%2G").error().kind(), Errc::invalid_argument);
  EXPECT_EQ(percent_decode("a+b%20").value(), "a+b ");
}

}  // namespace
}  // namespace corten::http
