#include "http/challenge.hpp"

#include <array>

#include <gtest/gtest.h>

namespace corten::http {
namespace {

Result<std::vector<Challenge>> parse_one(std::string_view header) {
  return parse_challenges(std::array{header});
}

TEST(Challenges, BearerOfARegistry) {
  const auto challenges =
      parse_one(R"(Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull,push")")
          .value();
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_EQ(challenges[0].find("realm"), "https://auth.example/token");
  EXPECT_EQ(challenges[0].find("scope"), "repository:a/b:pull,push");
  EXPECT_EQ(challenges[0].find("error"), std::nullopt);
}

TEST(Challenges, SeveralInOneHeaderAndInSeveral) {
  // The example of RFC 9110 section 11.6.1.
  const auto challenges =
      parse_challenges(std::array<std::string_view, 2>{
                           R"(Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"")",
                           "Negotiate abc123+/==, ,, NTLM"})
          .value();
  ASSERT_EQ(challenges.size(), 4U);
  EXPECT_EQ(challenges[0].find("realm"), "simple");
  EXPECT_EQ(challenges[1].scheme, "newauth");
  EXPECT_EQ(challenges[1].find("type"), "1");
  EXPECT_EQ(challenges[1].find("title"), "Login to \"apps\"");
  EXPECT_EQ(challenges[2].token68, "abc123+/==");
  EXPECT_EQ(challenges[3].scheme, "ntlm");
  EXPECT_TRUE(challenges[3].params.empty());
}

TEST(Challenges, AWordAfterTheSchemeIsAnOpaqueValue) {
  EXPECT_EQ(parse_one("Bearer realm").value().front().token68, "realm");
}

TEST(Challenges, BlanksAroundEqualsAndUnquotedUrls) {
  const auto challenges = parse_one("Bearer realm = https://h/t?a=b:c , Service=x").value();
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].find("realm"), "https://h/t?a=b:c");
  EXPECT_EQ(challenges[0].find("service"), "x");
}

TEST(Challenges, NoneAtAll) {
  EXPECT_TRUE(parse_one("").value().empty());
  EXPECT_TRUE(parse_one(" , ,").value().empty());
  EXPECT_TRUE(parse_challenges({}).value().empty());
}

TEST(Challenges, MalformedTextNamesThePosition) {
  EXPECT_EQ(parse_one(R"(Bearer realm="abc)").error().message(),
            "WWW-Authenticate header, position 17: '\"' is not closed");
  EXPECT_EQ(parse_one("Bearer a=1,A=2").error().message(),
            "WWW-Authenticate header, position 14: a parameter is given twice");
  for (const auto* bad : {"=x", "\"quoted\"", "Bearer a=\"b\\", "Bearer a=\"b\"c", "Bearer a b=c", "Ba[sic x",
                          "realm=\"x\"", "Bearer a=\"x\" b=\"y\"", "Negotiate abc==, a=b"}) {
    const auto result = parse_one(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().kind(), Errc::data_loss);
  }
}

TEST(Challenges, AmountsAreCapped) {
  std::string many;
  for (int i = 0; i < 17; ++i) many += "Basic realm=\"r\",";
  EXPECT_FALSE(parse_one(many));
  std::string params = "Bearer ";
  for (int i = 0; i < 33; ++i) params += fmt::format("p{}=x,", i);
  EXPECT_FALSE(parse_one(params));
  EXPECT_FALSE(parse_one("Bearer realm=\"" + std::string(9000, 'x') + "\""));
}

}  // namespace
}  // namespace corten::http
