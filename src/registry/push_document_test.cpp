#include "registry/push_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/media_type.hpp"
#include "registry/digest_of.hpp"
#include "registry/referrers_tag.hpp"
#include "registry/remote_repository.hpp"
#include "registry/test_registry.hpp"

namespace corten::registry {
namespace {

using http::test::Exchange;
using test::TestRegistry;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string manifest_type(oci::media_type::kOciManifest);

std::string manifest_text(std::string_view subject = {}) {
  Json config = {{"mediaType", "application/vnd.oci.empty.v1+json"},
                 {"digest", digest_of("{}").to_string()},
                 {"size", 2}};
  Json manifest = {{"schemaVersion", 2}, {"mediaType", manifest_type}, {"artifactType", "text/x-note"},
                   {"config", config},   {"layers", Json::array()},    {"annotations", {{"who", "us"}}}};
  if (!subject.empty()) {
    manifest["subject"] = {
        {"mediaType", manifest_type}, {"digest", digest_of(subject).to_string()}, {"size", subject.size()}};
  }
  return to_json_text(manifest);
}

TEST(PushDocument, GoesUnderATagWithItsMediaType) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto text = manifest_text();
  const auto pushed = push_document(session, text, manifest_type, "v1");
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(registry.manifests().at("v1"), text);
  EXPECT_EQ(registry.requests().back().header("Content-Type"), manifest_type);
}

TEST(PushDocument, DigestMustBeThatOfTheBytes) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto text = manifest_text();
  ASSERT_TRUE(push_document(session, text, manifest_type, digest_of(text).to_string()));
  const auto wrong = push_document(session, text, manifest_type, digest_of("x").to_string());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind(), Errc::invalid_argument);
  EXPECT_EQ(std::ssize(registry.log()), 1);
}

TEST(PushDocument, TagThatCouldLeaveThePathIsRefused) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto pushed = push_document(session, manifest_text(), manifest_type, "../../x");
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::invalid_argument);
}

TEST(PushDocument, OtherStoredDigestIsDataLoss) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string&) {
    (void)exchange.read_body();
    exchange.reply(201, "", "Docker-Content-Digest: sha256:" + std::string(64, 'a') + "\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto pushed = push_document(session, manifest_text(), manifest_type, "v1");
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::data_loss);
  EXPECT_THAT(pushed.error().message(), HasSubstr("the registry stored 'sha256:aaaa"));
}

TEST(PushDocument, RefusalHasTheRegistrysWords) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string&) {
    (void)exchange.read_body();
    exchange.reply(400, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]})");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto pushed = push_document(session, manifest_text(), manifest_type, "v1");
  ASSERT_FALSE(pushed);
  EXPECT_THAT(pushed.error().message(), HasSubstr("MANIFEST_BLOB_UNKNOWN: blob unknown"));
  EXPECT_THAT(pushed.error().message(), HasSubstr("pushing manifest 'v1' of '127.0.0.1:"));
}

TEST(PushDocument, SubjectThatTheRegistryTookNeedsNoTag) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string&) {
    (void)exchange.read_body();
    exchange.reply(201, "", "OCI-Subject: sha256:x\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  ASSERT_TRUE(push_document(session, manifest_text("image"), manifest_type, "v1"));
  EXPECT_EQ(std::ranges::count_if(registry.requests(), [](const auto& r) { return r.method == "PUT"; }), 1);
}

TEST(PushDocument, SubjectIsListedUnderItsTagElsewhere) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto text = manifest_text("image");
  const auto address = digest_of(text).to_string();
  ASSERT_TRUE(push_document(session, text, manifest_type, address));
  const auto tag = "sha256-" + digest_of("image").hex();
  EXPECT_THAT(registry.log(), ElementsAre("PUT manifest " + address, "GET manifest " + tag,
                                          "PUT manifest " + tag, "GET manifest " + tag));
  const auto list = Json::parse(registry.manifests().at(tag));
  EXPECT_EQ(list["mediaType"], oci::media_type::kOciIndex);
  ASSERT_EQ(list["manifests"].size(), 1U);
  const auto& entry = list["manifests"][0];
  EXPECT_EQ(entry["digest"], address);
  EXPECT_EQ(entry["size"], text.size());
  EXPECT_EQ(entry["artifactType"], "text/x-note");
  EXPECT_EQ(entry["annotations"]["who"], "us");

  // Once more changes nothing.
  ASSERT_TRUE(push_document(session, text, manifest_type, address));
  EXPECT_EQ(Json::parse(registry.manifests().at(tag))["manifests"].size(), 1U);
}

TEST(PushDocument, ListThatAnotherWriterOverwroteIsWrittenAgain) {
  int lost = 0;
  TestRegistry registry([&](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT manifests/sha256-") || lost == 1) return false;
    ++lost;  // the other writer's list came right after
    (void)exchange.read_body();
    exchange.reply(201);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto pushed = push_document(session, manifest_text("image"), manifest_type, "v1");
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(lost, 1);
  EXPECT_TRUE(registry.manifests().contains("sha256-" + digest_of("image").hex()));
}

TEST(PushDocument, ListThatNeverStaysIsAnError) {
  TestRegistry registry([&](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT manifests/sha256-")) return false;
    (void)exchange.read_body();
    exchange.reply(201);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto pushed = push_document(session, manifest_text("image"), manifest_type, "v1");
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::unavailable);
  EXPECT_THAT(pushed.error().message(), HasSubstr("was overwritten 3 times"));
}

TEST(PushDocument, ListLosesEntriesThatTheRegistryDoesNotKnow) {
  // As docker-registry: an index may only name manifests that are there.
  TestRegistry registry([](TestRegistry& self, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT manifests/sha256-")) return false;
    const auto list = exchange.read_body();
    if (!list.contains(digest_of("gone").to_string())) {
      self.put_manifest(request.substr(14), list);
      exchange.reply(201);
    } else {
      exchange.reply(400, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]})");
    }
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto tag = "sha256-" + digest_of("image").hex();
  Json entry = {{"mediaType", manifest_type}, {"digest", digest_of("gone").to_string()}, {"size", 4}};
  registry.put_manifest(tag, to_json_text({{"schemaVersion", 2},
                                           {"mediaType", oci::media_type::kOciIndex},
                                           {"manifests", Json::array({entry})}}));
  const auto text = manifest_text("image");
  const auto pushed = push_document(session, text, manifest_type, digest_of(text).to_string());
  ASSERT_TRUE(pushed) << pushed.error().message();
  const auto list = Json::parse(registry.manifests().at(tag));
  ASSERT_EQ(list["manifests"].size(), 1U);
  EXPECT_EQ(list["manifests"][0]["digest"], digest_of(text).to_string());
}

TEST(ReferrersTag, KeepsWhatFitsATag) {
  EXPECT_EQ(referrers_tag(digest_of("x")), "sha256-" + digest_of("x").hex());
  const auto sha512 = digest_of("x", oci::DigestAlgorithm::sha512);
  EXPECT_EQ(referrers_tag(sha512), "sha512-" + sha512.hex().substr(0, 64));
}

TEST(DeleteDocument, GoesByDigest) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  const auto digest = digest_of("x");
  registry.put_manifest(digest.to_string(), "x");
  auto session = registry.open();
  ASSERT_TRUE(delete_document(session, digest));
  EXPECT_TRUE(registry.manifests().empty());
  const auto again = delete_document(session, digest);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), Errc::not_found);
}

TEST(DeleteDocument, TakesAReferrerOffItsSubjectsList) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto text = manifest_text("image");
  ASSERT_TRUE(push_document(session, text, manifest_type, digest_of(text).to_string()));
  RemoteRepository repository(std::make_shared<Context>(ContextOptions{}), {session.endpoint()});
  const auto deleted = repository.delete_document(digest_of(text));
  ASSERT_TRUE(deleted) << deleted.error().message();
  const auto list = Json::parse(registry.manifests().at("sha256-" + digest_of("image").hex()));
  EXPECT_TRUE(list["manifests"].empty());
}

TEST(DeleteDocument, RegistryWithoutDeletionIsNamed) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string&) {
    exchange.reply(405, R"({"errors":[{"code":"UNSUPPORTED"}]})");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open();
  const auto deleted = delete_document(session, digest_of("x"));
  ASSERT_FALSE(deleted);
  EXPECT_EQ(deleted.error().kind(), Errc::unsupported);
  EXPECT_THAT(deleted.error().hint(), HasSubstr("storage.delete.enabled"));
}

}  // namespace
}  // namespace corten::registry
