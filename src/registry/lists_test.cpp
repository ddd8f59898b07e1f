// Lists that come in pages: tags and referrers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/media_type.hpp"
#include "registry/digest_of.hpp"
#include "registry/referrers.hpp"
#include "registry/referrers_tag.hpp"
#include "registry/tags.hpp"
#include "registry/test_registry.hpp"

namespace corten::registry {
namespace {

using http::test::Exchange;
using test::TestRegistry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string index_header = "Content-Type: application/vnd.oci.image.index.v1+json\r\n";

std::string index_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  Json manifests = Json::array();
  for (const auto& [content, type] : entries) {
    manifests.push_back({{"mediaType", oci::media_type::kOciManifest},
                         {"digest", digest_of(content).to_string()},
                         {"size", content.size()},
                         {"artifactType", type}});
  }
  return to_json_text(
      {{"schemaVersion", 2}, {"mediaType", oci::media_type::kOciIndex}, {"manifests", manifests}});
}

std::vector<std::string> types_of(const Result<std::vector<oci::Descriptor>>& list) {
  if (!list) return {"error: " + list.error().message()};
  std::vector<std::string> types;
  for (const auto& descriptor : *list) types.push_back(descriptor.artifact_type);
  return types;
}

// Answers by target, the rest as the test registry does.
TestRegistry::Intercept answers(std::map<std::string, std::pair<std::string, std::string>> by_target) {
  return [by_target = std::move(by_target)](TestRegistry&, Exchange& exchange, const std::string& request) {
    const auto found = by_target.find(request);
    if (found == by_target.end()) return false;
    exchange.reply(200, found->second.first, found->second.second);
    return true;
  };
}

TEST(ListTags, FollowsPages) {
  TestRegistry registry(answers({
      {"GET tags/list?n=1000",
       {R"({"tags":["a","b"]})", "Link: </v2/a/b/tags/list?last=b&n=2>; rel=\"next\"\r\n"}},
      {"GET tags/list?last=b&n=2", {R"({"name":"a/b","tags":["c"]})", ""}},
  }));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tags = list_tags(session);
  ASSERT_TRUE(tags) << tags.error().message();
  EXPECT_THAT(*tags, ElementsAre("a", "b", "c"));
}

TEST(ListTags, RepositoryWithoutTagsHasNone) {
  TestRegistry registry(answers({{"GET tags/list?n=1000", {R"({"name":"a/b","tags":null})", ""}}}));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tags = list_tags(session);
  ASSERT_TRUE(tags) << tags.error().message();
  EXPECT_THAT(*tags, IsEmpty());
}

TEST(ListTags, UnknownRepositoryIsNotFound) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tags = list_tags(session);
  ASSERT_FALSE(tags);
  EXPECT_EQ(tags.error().kind(), Errc::not_found);
}

TEST(ListTags, WhatIsNoTagIsRefused) {
  TestRegistry registry(answers({{"GET tags/list?n=1000", {R"({"tags":["ok","../\u001b[31m"]})", ""}}}));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tags = list_tags(session);
  ASSERT_FALSE(tags);
  EXPECT_EQ(tags.error().kind(), Errc::data_loss);
  EXPECT_THAT(tags.error().message(), HasSubstr(R"('../\x1b[31m' is no tag)"));
}

TEST(ListTags, PagesThatGoRoundEnd) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string&) {
    exchange.reply(200, R"({"tags":["a"]})", "Link: <?n=1>; rel=next\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tags = list_tags(session);
  ASSERT_FALSE(tags);
  EXPECT_THAT(tags.error().message(), HasSubstr("the next page is this page"));
}

TEST(ListTags, PageOnAnotherServerIsNotFollowed) {
  TestRegistry registry(
      answers({{"GET tags/list?n=1000", {R"({"tags":[]})", "Link: <http://h.example/x>; rel=next\r\n"}}}));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tags = list_tags(session);
  ASSERT_FALSE(tags);
  EXPECT_THAT(tags.error().message(), HasSubstr("another server, 'http://h.example/x'"));
}

TEST(ListReferrers, FiltersWhatTheRegistryDidNot) {
  const auto subject = digest_of("image");
  TestRegistry registry(answers({
      {"GET referrers/" + subject.to_string() + "?artifactType=text%2Fa",
       {index_of({{"1", "text/a"}, {"2", "text/b"}}), index_header + "Link: <?page=2>; rel=next\r\n"}},
      {"GET referrers/" + subject.to_string() + "?page=2", {index_of({{"3", "text/a"}}), index_header}},
  }));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  EXPECT_THAT(types_of(list_referrers(session, subject, "text/a")), ElementsAre("text/a", "text/a"));
}

TEST(ListReferrers, BelievesARegistryThatFiltered) {
  const auto subject = digest_of("image");
  // An entry without its type: only the registry knows that it fits.
  TestRegistry registry(
      answers({{"GET referrers/" + subject.to_string() + "?artifactType=text%2Fa",
                {index_of({{"1", ""}}), index_header + "OCI-Filters-Applied: other, artifactType\r\n"}}}));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  EXPECT_THAT(types_of(list_referrers(session, subject, "text/a")), ElementsAre(""));
}

TEST(ListReferrers, AreFoundByTagWithoutTheApi) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  const auto subject = digest_of("image");
  registry.put_manifest(referrers_tag(subject), index_of({{"1", "text/a"}, {"2", "text/b"}}));
  auto session = registry.open();
  EXPECT_THAT(types_of(list_referrers(session, subject)), ElementsAre("text/a", "text/b"));
  EXPECT_THAT(types_of(list_referrers(session, subject, "text/b")), ElementsAre("text/b"));
  EXPECT_THAT(types_of(list_referrers(session, digest_of("other"))), IsEmpty());
}

TEST(ListReferrers, WhatIsNoIndexIsRefused) {
  const auto subject = digest_of("image");
  TestRegistry registry(
      answers({{"GET referrers/" + subject.to_string(), {"<html>", "Content-Type: text/html\r\n"}}}));
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  EXPECT_THAT(types_of(list_referrers(session, subject)).front(), HasSubstr("referrers of 'sha256:"));
}

}  // namespace
}  // namespace corten::registry
