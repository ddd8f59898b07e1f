#include "registry/docker_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "registry/config_fixture.hpp"

namespace corten::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

DockerConfig parse(std::string_view text) {
  auto config = DockerConfig::parse(text, "config.json");
  EXPECT_TRUE(config) << error_of(config);
  return std::move(*config);
}

const Credentials kAlice = {.username = "alice", .password = "s3cret"};

TEST(DockerConfig, WritesWhatDockerWrites) {
  auto config = parse("");
  ASSERT_TRUE(config.set("localhost:5000", kAlice));
  ASSERT_TRUE(config.set("docker.io", {.username = "bob", .password = "", .identity_token = "refresh"}));
  // Taken from `docker login` 28.2.
  EXPECT_EQ(config.to_text(),
            "{\n\t\"auths\": {\n\t\t\"localhost:5000\": {\n\t\t\t\"auth\": \"YWxpY2U6czNjcmV0\"\n\t\t},\n"
            "\t\t\"https://index.docker.io/v1/\": {\n\t\t\t\"auth\": \"Ym9iOg==\",\n"
            "\t\t\t\"identitytoken\": \"refresh\"\n\t\t}\n\t}\n}");
  ASSERT_TRUE(config.erase("localhost:5000"));
  ASSERT_TRUE(config.erase("docker.io"));
  EXPECT_EQ(config.to_text(), "{\n\t\"auths\": {}\n}");
}

TEST(DockerConfig, FindsEntriesUnderEachFormOfTheirName) {
  const auto config = parse(R"({"auths": {
      "https://ghcr.io/v2/": {"auth": "YWxpY2U6czNjcmV0"},
      "http://LOCALHOST:5000": {"auth": "YWxpY2U6czNjcmV0"},
      "index.docker.io": {"auth": "YWxpY2U6czNjcmV0"},
      "quay.io": {"username": "alice", "password": "s3cret"}}})");
  for (const auto* registry : {"ghcr.io", "localhost:5000", "docker.io", "quay.io"}) {
    const auto found = config.find(registry);
    ASSERT_TRUE(found) << error_of(found);
    EXPECT_EQ(*found, kAlice) << registry;
  }
  EXPECT_EQ(*config.find("localhost"), std::nullopt);
  EXPECT_EQ(*config.find("io"), std::nullopt);
}

TEST(DockerConfig, TheOwnKeyGoesFirst) {
  const auto config = parse(R"({"auths": {"https://ghcr.io": {"auth": "b2xkOm9sZA=="},
                                          "ghcr.io": {"auth": "YWxpY2U6czNjcmV0"}}})");
  EXPECT_EQ(**config.find("ghcr.io"), kAlice);
}

TEST(DockerConfig, APasswordMayHoldColonsAndLineEndsInBase64AreSkipped) {
  const auto config = parse(R"({"auths": {"a": {"auth": "dXNl\ncjpwOmE6c3M="}}})");
  EXPECT_EQ(**config.find("a"), (Credentials{.username = "user", .password = "p:a:ss"}));
}

TEST(DockerConfig, AnEntryWithoutSecretsIsNone) {
  const auto config = parse(R"({"auths": {"a": {}, "b": null, "c": {"auth": "", "email": "x"}}})");
  for (const auto* registry : {"a", "b", "c"}) {
    EXPECT_EQ(*config.find(registry), std::nullopt);
    EXPECT_TRUE(config.has(registry));
  }
  EXPECT_FALSE(config.has("d"));
}

TEST(DockerConfig, KeepsTheOrderAndWhatItDoesNotKnow) {
  const std::string text =
      "{\n\t\"psFormat\": \"x\",\n\t\"auths\": {\n\t\t\"z\": {\n\t\t\t\"email\": \"a@b\"\n\t\t}\n\t},\n"
      "\t\"aliases\": {\n\t\t\"b\": 1,\n\t\t\"a\": [\n\t\t\tnull,\n\t\t\ttrue\n\t\t]\n\t}\n}";
  auto config = parse(text);
  EXPECT_EQ(config.to_text(), text);
  ASSERT_TRUE(config.set("z", kAlice));
  EXPECT_THAT(config.to_text(), HasSubstr("\"email\": \"a@b\",\n\t\t\t\"auth\": \"YWxpY2U6czNjcmV0\""));
  config.mark("z");
  EXPECT_EQ(config.to_text(), text);
}

TEST(DockerConfig, SettingReplacesEverySecretOfTheEntry) {
  auto config = parse(R"({"auths": {"a": {"username": "x", "password": "y", "identitytoken": "t"}}})");
  ASSERT_TRUE(config.set("a", kAlice));
  EXPECT_EQ(**config.find("a"), kAlice);
  EXPECT_THAT(config.to_text(), Not(HasSubstr("\"y\"")));
}

TEST(DockerConfig, ErasesEveryFormOfTheName) {
  auto config = parse(R"({"auths": {"https://ghcr.io/v2/": {}, "b": {}, "ghcr.io": {}}})");
  EXPECT_TRUE(config.erase("ghcr.io"));
  EXPECT_FALSE(config.erase("ghcr.io"));
  EXPECT_TRUE(config.has("b"));
  auto empty = parse("{}");
  EXPECT_FALSE(empty.erase("ghcr.io"));
  EXPECT_EQ(empty.to_text(), "{}");
}

TEST(DockerConfig, ChoosesTheHelper) {
  const auto config = parse(R"({"credsStore": "pass", "credHelpers": {
      "gcr.io": "gcloud", "https://index.docker.io/v1/": "hub", "plain.example": ""}})");
  EXPECT_EQ(*config.helper_of("gcr.io"), "gcloud");
  EXPECT_EQ(*config.helper_of("docker.io"), "hub");
  EXPECT_EQ(*config.helper_of("plain.example"), "");
  EXPECT_EQ(*config.helper_of("ghcr.io"), "pass");
  EXPECT_EQ(*parse("{}").helper_of("ghcr.io"), "");
}

TEST(DockerConfig, SaysWhatIsWrongWithoutShowingSecrets) {
  const auto problem = [](std::string_view text) {
    const auto config = DockerConfig::parse(text, "config.json");
    if (!config) {
      EXPECT_EQ(config.error().kind(), Errc::data_loss);
      return error_of(config);
    }
    return error_of(config->find("a"));
  };
  EXPECT_EQ(problem("[]"), "config.json: expected a JSON object");
  EXPECT_EQ(problem(R"({"auths": []})"), "config.json: 'auths' is not an object");
  EXPECT_EQ(problem(R"({"credsStore": 1})"), "config.json: 'credsStore' is not a string");
  EXPECT_EQ(problem(R"({"auths": {"a": "s3cret"}})"), "config.json: auths 'a': expected an object");
  EXPECT_EQ(problem(R"({"auths": {"a": {"auth": 7}}})"), "config.json: auths 'a': 'auth' is not a string");
  for (const auto* auth : {"s3cret", "czNjcmV0", "OnMzY3JldA=="}) {  // no base64, no ':', no user
    EXPECT_EQ(problem(fmt::format(R"({{"auths": {{"a": {{"auth": "{}"}}}}}})", auth)),
              "config.json: auths 'a': 'auth' is not the base64 form of USER:PASSWORD");
  }
  const auto cut_off = problem("{\"auths\": {\"a\": {\"auth\": \"s3cret");
  EXPECT_THAT(cut_off, HasSubstr("config.json: line 1, column "));
  EXPECT_THAT(cut_off, Not(HasSubstr("s3cret")));
}

TEST(DockerConfig, OneBadEntryLeavesTheOthersUsable) {
  const auto config = parse(R"({"auths": {"bad": {"auth": "%"}, "a": {"auth": "YWxpY2U6czNjcmV0"}}})");
  EXPECT_EQ(**config.find("a"), kAlice);
  EXPECT_FALSE(config.find("bad"));
}

TEST(DockerConfig, RefusesUserNamesWithColons) {
  auto config = parse("{}");
  EXPECT_THAT(error_of(config.set("a", {.username = "a:b", .password = "p"})), HasSubstr("'a:b' has a ':'"));
  EXPECT_FALSE(config.has("a"));
}

RC_GTEST_PROP(DockerConfig, FindsWhatWasSet, (std::string password, bool token)) {
  RC_PRE(!password.empty());
  RC_PRE(password.back() != '\0');
  Credentials credentials = {.username = "u", .password = password};
  if (token) credentials.identity_token = "t";
  auto config = DockerConfig::parse("{}", "x");
  RC_ASSERT(config.has_value());
  RC_ASSERT(config->set("r.example:1", credentials).has_value());
  const auto again = DockerConfig::parse(config->to_text(), "x");
  RC_ASSERT(again.has_value());
  const auto found = again->find("r.example:1");
  RC_ASSERT(found.has_value());
  RC_ASSERT(*found == credentials);
}

}  // namespace
}  // namespace corten::registry
