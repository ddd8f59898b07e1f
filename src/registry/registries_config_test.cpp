#include "registry/registries_config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/config_fixture.hpp"

namespace corten::registry {
namespace {

using testing::HasSubstr;

constexpr std::string_view kDigest =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

RegistriesConfig parse(std::string_view toml) {
  auto config = RegistriesConfig::parse(toml, "registries.conf");
  EXPECT_TRUE(config) << error_of(config);
  return std::move(*config);
}

Result<std::vector<Endpoint>> try_endpoints(const RegistriesConfig& config, const std::string& name) {
  const auto reference = oci::Reference::parse(name);
  EXPECT_TRUE(reference) << name;
  return config.endpoints(*reference);
}

// "host/repository" of each, with what is special about it.
std::vector<std::string> endpoints(const RegistriesConfig& config, const std::string& name) {
  const auto found = try_endpoints(config, name);
  EXPECT_TRUE(found) << error_of(found);
  std::vector<std::string> texts;
  for (const auto& endpoint : *found) {
    texts.push_back(fmt::format("{}/{}{}{}{}", endpoint.host, endpoint.repository,
                                endpoint.is_mirror ? " mirror" : "", endpoint.insecure ? " insecure" : "",
                                endpoint.tags ? "" : " digests"));
  }
  return texts;
}

using Texts = std::vector<std::string>;

std::string problem(std::string_view toml) {
  return error_of(RegistriesConfig::parse(toml, "registries.conf"));
}

TEST(RegistriesConfig, WithoutRulesEverythingIsItself) {
  const RegistriesConfig config;
  EXPECT_EQ(endpoints(config, "quay.io/team/app"), (Texts{"quay.io/team/app"}));
  EXPECT_EQ(endpoints(config, "ubuntu"), (Texts{"registry-1.docker.io/library/ubuntu"}));
  EXPECT_EQ(try_endpoints(config, "ubuntu")->front().registry, "docker.io");
  EXPECT_EQ(try_endpoints(config, "localhost:5000/x")->front().registry, "localhost:5000");
}

TEST(RegistriesConfig, MirrorsComeBeforeTheRegistry) {
  const auto config = parse(R"(
    [[registry]]
    prefix = "docker.io"
    location = "docker.io"
    [[registry.mirror]]
    location = "Mirror.example.com:5000/hub/"
    insecure = true
    [[registry.mirror]]
    location = "quay.io")");
  EXPECT_EQ(endpoints(config, "ubuntu"),
            (Texts{"mirror.example.com:5000/hub/library/ubuntu mirror insecure",
                   "quay.io/library/ubuntu mirror", "registry-1.docker.io/library/ubuntu"}));
  EXPECT_EQ(endpoints(config, "ghcr.io/x"), (Texts{"ghcr.io/x"}));
  EXPECT_EQ(try_endpoints(config, "ubuntu")->front().registry, "mirror.example.com:5000");
}

TEST(RegistriesConfig, MirrorsMayBeForTagsOrDigestsOnly) {
  const auto config = parse(R"(
    [[registry]]
    location = "quay.io"
    [[registry.mirror]]
    location = "all.example"
    pull-from-mirror = "all"
    [[registry.mirror]]
    location = "digests.example"
    pull-from-mirror = "digest-only"
    [[registry.mirror]]
    location = "tags.example"
    pull-from-mirror = "tag-only")");
  EXPECT_EQ(endpoints(config, "quay.io/x:1"),
            (Texts{"all.example/x mirror", "digests.example/x mirror digests", "tags.example/x mirror",
                   "quay.io/x"}));
  EXPECT_EQ(endpoints(config, fmt::format("quay.io/x@{}", kDigest)),
            (Texts{"all.example/x mirror", "digests.example/x mirror digests", "quay.io/x"}));
}

TEST(RegistriesConfig, MirrorByDigestOnlyHoldsForAllMirrors) {
  const auto config = parse(R"(
    [[registry]]
    location = "quay.io"
    mirror-by-digest-only = true
    mirror = [{location = "a.example"}, {location = "b.example"}])");
  EXPECT_EQ(endpoints(config, "quay.io/x"),
            (Texts{"a.example/x mirror digests", "b.example/x mirror digests", "quay.io/x"}));
}

TEST(RegistriesConfig, TheLongestPrefixCounts) {
  const auto config = parse(R"(
    [[registry]]
    prefix = "quay.io"
    location = "short.example"
    [[registry]]
    prefix = "quay.io/team/app"
    location = "long.example/y"
    [[registry]]
    prefix = "*.example.com"
    insecure = true
    [[registry]]
    prefix = "a.example.com"
    location = "a.example.com")");
  EXPECT_EQ(endpoints(config, "quay.io/team/other"), (Texts{"short.example/team/other"}));
  EXPECT_EQ(endpoints(config, "quay.io/team/app"), (Texts{"long.example/y"}));
  EXPECT_EQ(endpoints(config, "quay.io/team/app/deep"), (Texts{"long.example/y/deep"}));
  EXPECT_EQ(endpoints(config, "b.example.com/x"), (Texts{"b.example.com/x insecure"}));
  EXPECT_EQ(endpoints(config, "A.example.com/x"), (Texts{"a.example.com/x"}));
}

TEST(RegistriesConfig, ALocationThatIsDockerHubKeepsItsRules) {
  const auto config = parse(R"(
    [[registry]]
    prefix = "example.com/hub"
    location = "docker.io")");
  EXPECT_EQ(endpoints(config, "example.com/hub/ubuntu"), (Texts{"registry-1.docker.io/library/ubuntu"}));
  EXPECT_EQ(try_endpoints(config, "example.com/hub/ubuntu")->front().registry, "docker.io");
}

TEST(RegistriesConfig, ALocationThatLeavesNoRepositoryIsAnError) {
  const auto config = parse(R"([[registry]]
    prefix = "quay.io/app"
    location = "b.example")");
  EXPECT_EQ(error_of(try_endpoints(config, "quay.io/app")),
            "registries.conf: line 1: with the location 'b.example' no repository is left of 'quay.io/app'");
  EXPECT_EQ(endpoints(config, "quay.io/app/x"), (Texts{"b.example/x"}));
}

TEST(RegistriesConfig, ABlockedRegistryIsRefused) {
  const auto config = parse("\n[[registry]]\nlocation = 'evil.example'\nblocked = true");
  const auto found = try_endpoints(config, "evil.example/x");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Errc::permission_denied);
  EXPECT_EQ(found.error().message(), "'evil.example/x' is blocked by registries.conf: line 2");
}

TEST(RegistriesConfig, AcceptsWhatDoesNotChangeWhereImagesComeFrom) {
  EXPECT_EQ(problem(R"(
    unqualified-search-registries = ["docker.io"]
    short-name-mode = "enforcing"
    credential-helpers = ["containers-auth.json"]
    [aliases]
    "app" = "quay.io/team/app")"),
            "");
  EXPECT_EQ(problem(""), "");
}

TEST(RegistriesConfig, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(problem("x = 1\nfuture = true"),
              HasSubstr("registries.conf: line 2, column 1: 'future' is not"));
  EXPECT_THAT(problem("[[registry]]\nlocation = 'a.example'\n  block = true"),
              HasSubstr("line 3, column 3: 'block' is not known here; known are prefix, location"));
  EXPECT_THAT(
      problem("[[registry]]\nlocation = 'a.example'\n[[registry.mirror]]\nlocation = 'b'\nblocked = 1"),
      HasSubstr("line 5, column 1: 'blocked' is not known here"));
  EXPECT_THAT(problem("[registries.search]\nregistries = ['docker.io']"), HasSubstr("version 1"));
}

TEST(RegistriesConfig, ErrorsSayWhere) {
  EXPECT_THAT(problem("[[registry]]\nlocation = "), HasSubstr("registries.conf: line 2, column "));
  EXPECT_EQ(problem("[[registry]]\nlocation = 7"),
            "registries.conf: line 2, column 12: 'location' is not a string");
  EXPECT_EQ(problem("[[registry]]\nlocation = 'a'\ninsecure = 'yes'"),
            "registries.conf: line 3, column 12: 'insecure' is neither true nor false");
  EXPECT_EQ(problem("[registry]\nlocation = 'a'"),
            "registries.conf: line 1, column 1: 'registry' is not a list: write [[registry]]");
  EXPECT_THAT(problem("[[registry]]\nlocation = 'https://a.example'"),
              HasSubstr("line 2, column 12: 'location': "));
  EXPECT_THAT(problem("[[registry]]\nblocked = true"), HasSubstr("neither 'prefix' nor 'location'"));
  EXPECT_THAT(problem("[[registry]]\nlocation='a'\n[[registry.mirror]]"),
              HasSubstr("a mirror without 'location'"));
  EXPECT_THAT(problem("[[registry]]\nlocation='a'\nmirror=[{location='b', pull-from-mirror='never'}]"),
              HasSubstr("expected all, digest-only or tag-only, found 'never'"));
  EXPECT_THAT(problem("[[registry]]\nlocation='a'\nmirror-by-digest-only=true\n"
                      "mirror=[{location='b', pull-from-mirror='all'}]"),
              HasSubstr("exclude each other"));
  EXPECT_THAT(problem("[[registry]]\nlocation='a'\n[[registry]]\nprefix='A'"),
              HasSubstr("line 3, column 1: a second registry with the prefix 'a'"));
  EXPECT_THAT(problem("\xff"), HasSubstr("line 1"));
}

// An assertion of toml++ 3.3 fails for the first; the others are near it.
TEST(RegistriesConfig, KeysThatAreNoneAreErrors) {
  for (const auto* toml :
       {"[!a]", "[[!a]]", "[a.!b]", "!a = 1", "a = {!b = 1}", "[a]!", "[", "[[", "[a", "a."}) {
    EXPECT_THAT(problem(toml), HasSubstr("registries.conf: line 1, column ")) << toml;
  }
}

// At U+FEFC toml++ 3.3 runs into undefined behaviour.
TEST(RegistriesConfig, OnlyCommentsAreOutsideAscii) {
  EXPECT_EQ(problem("\xef\xbb\xbf# \xc3\xbc \xef\xbb\xbc\n[[registry]]\nlocation = 'a.example' # \xff"), "");
  EXPECT_THAT(problem("u\xef\xbb\xbc = 1"), HasSubstr("line 1, column 2"));
  EXPECT_THAT(problem("[[registry]]\nlocation = 'b\xc3\xbc.example'"),
              HasSubstr("line 2, column 12: 'location': "));
}

// toml++ 3.3 builds and destroys tables by recursion.
TEST(RegistriesConfig, CapsDepthAndSize) {
  std::string dots = "a";
  for (int i = 0; i < 100'000; ++i) dots += ".a";
  EXPECT_THAT(problem(dots + " = 1"), HasSubstr("line 1: more than 256 dots"));
  EXPECT_NE(problem("a = " + std::string(100'000, '[')), "");
  EXPECT_THAT(problem(std::string(2'000'000, '#')), HasSubstr("over 1048576 bytes"));
}

class RegistriesFiles : public ConfigTest {
 protected:
  RegistriesConfig load(const std::vector<std::string>& names) const {
    std::vector<std::string> directories;
    for (const auto& name : names) directories.push_back(path(name));
    auto config = RegistriesConfig::load_from(directories);
    EXPECT_TRUE(config) << error_of(config);
    return std::move(*config);
  }
};

constexpr std::string_view kToB = "[[registry]]\nprefix = 'a.example'\nlocation = 'b.example'";

TEST_F(RegistriesFiles, TheFirstThatExistsCounts) {
  EXPECT_EQ(endpoints(load({"one", "two"}), "a.example/x"), (Texts{"a.example/x"}));
  write("two/registries.conf", kToB);
  EXPECT_EQ(endpoints(load({"one", "two"}), "a.example/x"), (Texts{"b.example/x"}));
  write("one/registries.conf", "");
  EXPECT_EQ(endpoints(load({"one", "two"}), "a.example/x"), (Texts{"a.example/x"}));
}

TEST_F(RegistriesFiles, DropInsReplaceRulesInTheOrderOfTheirNames) {
  write("one/registries.conf", kToB);
  write("one/registries.conf.d/20.conf", "[[registry]]\nprefix = 'a.example'\nlocation = 'd.example'");
  write("one/registries.conf.d/10.conf", "[[registry]]\nprefix = 'a.example'\nlocation = 'c.example'");
  write("one/registries.conf.d/30.txt", "not read");
  EXPECT_EQ(endpoints(load({"one"}), "a.example/x"), (Texts{"d.example/x"}));
  write("two/registries.conf.d/only.conf", kToB);
  EXPECT_EQ(endpoints(load({"two"}), "a.example/x"), (Texts{"b.example/x"}));
}

TEST_F(RegistriesFiles, AVariableNamesOneFileThatMustExist) {
  ::setenv("CORTEN_REGISTRIES_CONF", path("mine.conf").c_str(), 1);
  EXPECT_THAT(error_of(RegistriesConfig::load()), HasSubstr("reading CORTEN_REGISTRIES_CONF: "));
  write("mine.conf", kToB);
  const auto config = RegistriesConfig::load();
  ::unsetenv("CORTEN_REGISTRIES_CONF");
  ASSERT_TRUE(config) << error_of(config);
  EXPECT_EQ(endpoints(*config, "a.example/x"), (Texts{"b.example/x"}));
}

TEST_F(RegistriesFiles, ErrorsNameTheFile) {
  write("one/registries.conf", "x = 1\ny");
  EXPECT_THAT(error_of(RegistriesConfig::load_from({path("one")})),
              HasSubstr(path("one/registries.conf") + ": line 2"));
}

TEST(LoopbackHost, WithAndWithoutPort) {
  for (const auto* host : {"localhost", "localhost:5000", "127.0.0.1:80", "127.9.9.9", "[::1]:5000"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const auto* host : {"localhost.example.com", "128.0.0.1", "docker.io", "", "[::2]", "a:b:c"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace corten::registry
