#include "image/bootstrap/apt_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corten::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<AptSource> lines(std::string_view text) {
  auto sources = parse_sources_list(text, "sources.list");
  EXPECT_TRUE(sources) << sources.error().message();
  return sources ? std::move(*sources) : std::vector<AptSource>{};
}

std::vector<AptSource> stanzas(std::string_view text) {
  auto sources = parse_deb822_sources(text, "x.sources");
  EXPECT_TRUE(sources) << sources.error().message();
  return sources ? std::move(*sources) : std::vector<AptSource>{};
}

std::string line_refusal(std::string_view text) {
  const auto sources = parse_sources_list(text, "sources.list");
  EXPECT_FALSE(sources);
  return sources ? std::string() : sources.error().message();
}

TEST(AptSourcesList, ReadsLinesOptionsAndComments) {
  const auto sources = lines(
      "# a comment\n"
      "deb http://mirror.example/debian bookworm main contrib # more\n"
      "deb-src http://mirror.example/debian bookworm main\n"
      "\tdeb [ arch=amd64 signed-by=/k.gpg ] https://x.example/ trixie main\r\n"
      "deb[trusted=yes] file:/repo ./\n");
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0], (AptSource{.uris = {"http://mirror.example/debian"},
                                   .suites = {"bookworm"},
                                   .components = {"main", "contrib"}}));
  EXPECT_EQ(sources[1].signed_by, "/k.gpg");
  EXPECT_THAT(sources[1].suites, ElementsAre("trixie"));
  EXPECT_THAT(sources[2].suites, ElementsAre("./"));
}

TEST(AptSourcesList, ErrorsSayTheLine) {
  EXPECT_THAT(line_refusal("\nrpm x"),
              HasSubstr("sources.list: line 2: expected deb or deb-src, found 'rpm'"));
  EXPECT_THAT(line_refusal("deb [x=y http://a b c"), HasSubstr("'[' without ']'"));
  EXPECT_THAT(line_refusal("deb [x] http://a b c"), HasSubstr("expected option=value, found 'x'"));
  EXPECT_THAT(line_refusal("deb"), HasSubstr("expected an URI"));
  EXPECT_THAT(line_refusal("deb http://a"), HasSubstr("expected a suite"));
  EXPECT_THAT(line_refusal("deb http://a b"), HasSubstr("expected a component"));
  EXPECT_THAT(line_refusal("deb bookworm main x"), HasSubstr("expected an URI, found 'bookworm'"));
}

TEST(AptDeb822, ReadsStanzas) {
  const auto sources = stanzas(
      "Types: deb deb-src\n"
      "# between\n"
      "URIs: http://a.example/debian\n"
      "Suites: bookworm\n"
      " bookworm-updates\n"
      "Components: main\n"
      "signed-by: /k.gpg\n"
      "\n"
      "\n"
      "Types: deb-src\nURIs: http://b.example\nSuites: x\nComponents: main\n"
      "\n"
      "Enabled: no\nTypes: deb\nURIs: http://c.example\nSuites: x\nComponents: main\n");
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_THAT(sources[0].suites, ElementsAre("bookworm", "bookworm-updates"));
  EXPECT_EQ(sources[0].signed_by, "/k.gpg");
}

TEST(AptDeb822, KnowsAnEmbeddedKey) {
  const auto sources = stanzas(
      "Types: deb\nURIs: http://a\nSuites: s\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY "
      "BLOCK-----\n .\n mQ\n");
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_TRUE(sources[0].has_embedded_key);
  EXPECT_EQ(sources[0].signed_by, "");
}

TEST(AptDeb822, NothingCanBeTakenForOptions) {
  const auto uri =
      parse_deb822_sources("Types: deb\nURIs: [x=y]http://a\nSuites: s\nComponents: main\n", "x");
  ASSERT_FALSE(uri);
  EXPECT_THAT(uri.error().message(), HasSubstr("expected an URI"));
  EXPECT_FALSE(parse_deb822_sources(
      "Types: deb\nURIs: http://a\nSuites: s\nComponents: main\nSigned-By: /k] x\n", "x"));
  const auto keys =
      stanzas("Types: deb\nURIs: http://[::1]/debian\nSuites: s\nComponents: main\nSigned-By: /a /b\n");
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].signed_by, "/a,/b");
}

TEST(AptDeb822, ErrorsSayTheLine) {
  const auto no_field = parse_deb822_sources("Types: deb\nnonsense\n", "x.sources");
  ASSERT_FALSE(no_field);
  EXPECT_THAT(no_field.error().message(), HasSubstr("x.sources: line 2: expected 'Field: value'"));
  const auto continuation = parse_deb822_sources("  more\n", "x.sources");
  ASSERT_FALSE(continuation);
  EXPECT_THAT(continuation.error().message(), HasSubstr("line 1: expected a field's name"));
  const auto incomplete = parse_deb822_sources("\n\nTypes: deb\nSuites: x\n", "x.sources");
  ASSERT_FALSE(incomplete);
  EXPECT_THAT(incomplete.error().message(), HasSubstr("stanza at line 3: expected an URI"));
}

TEST(AptSources, ChoosesTheArchiveWithItsUpdates) {
  const auto sources = lines(
      "deb http://vendor.example bookworm stable\n"
      "deb [signed-by=/k] http://m.example/debian bookworm main contrib\n"
      "deb http://m.example/debian bookworm-updates main\n"
      "deb http://m.example/security bookworm-security main\n"
      "deb http://m.example/debian trixie main\n");
  const auto chosen = choose_source_lines(sources, "bookworm");
  ASSERT_TRUE(chosen) << chosen.error().message();
  EXPECT_THAT(*chosen, ElementsAre("deb [signed-by=/k] http://m.example/debian bookworm main contrib",
                                   "deb http://m.example/debian bookworm-updates main",
                                   "deb http://m.example/security bookworm-security main"));
  EXPECT_EQ(uri_of_line((*chosen)[0]), "http://m.example/debian");
  EXPECT_EQ(uri_of_line((*chosen)[1]), "http://m.example/debian");
}

TEST(AptSources, WithoutTheSuiteAMirrorIsAskedFor) {
  const auto chosen = choose_source_lines(lines("deb http://m.example/debian trixie main\n"), "bookworm");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().kind(), Errc::not_found);
  EXPECT_THAT(std::string(chosen.error().hint()), HasSubstr("--mirror"));
}

TEST(AptSources, APasswordDoesNotGetIntoAnImage) {
  const auto chosen =
      choose_source_lines(lines("deb http://u:p@m.example/debian bookworm main\n"), "bookworm");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().message().find("u:p"), std::string::npos);
}

}  // namespace
}  // namespace corten::image
