#include <atomic>

#include <gtest/gtest.h>

#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

using http::test::Exchange;
using http::test::Server;

const std::string kManifest =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":)"
    R"("application/vnd.oci.image.config.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b)"
    R"(934ca495991b7852b855","size":0},"layers":[]})";

std::string digest_text(std::string_view bytes) { return describe(bytes).digest.to_string(); }

std::string manifest_headers(std::string_view digest, std::string_view type = oci::media_type::kOciManifest) {
  return fmt::format("Content-Type: {}\r\n{}", type,
                     digest.empty() ? "" : fmt::format("Docker-Content-Digest: {}\r\n", digest));
}

void reply_head(Exchange& e, int status, std::size_t length, std::string_view headers) {
  e.send(fmt::format("HTTP/1.1 {} Scripted\r\n{}Content-Length: {}\r\n\r\n", status, headers, length));
}

// Answers HEAD and GET as a registry does.
void reply_manifest(Exchange& e) {
  const auto headers = manifest_headers(digest_text(kManifest));
  if (e.request().method == "HEAD") return reply_head(e, 200, kManifest.size(), headers);
  e.reply(200, kManifest, headers);
}

RemoteRepository repository(const Wiring& setup, std::vector<Endpoint> endpoints) {
  return {setup.context(), std::move(endpoints)};
}

TEST(Resolve, TakesOneHead) {
  Server server(registry_script(reply_manifest));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto descriptor = repo.resolve("latest");
  ASSERT_TRUE(descriptor) << descriptor.error().message();
  EXPECT_EQ(descriptor->digest.to_string(), digest_text(kManifest));
  EXPECT_EQ(descriptor->size_bytes, static_cast<std::int64_t>(kManifest.size()));
  EXPECT_EQ(descriptor->media_type, oci::media_type::kOciManifest);
  const auto requests = requests_of(server);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method, "HEAD");
  EXPECT_EQ(requests[0].target, "/v2/a/b/manifests/latest");
  for (const auto type : {oci::media_type::kOciManifest, oci::media_type::kOciIndex,
                          oci::media_type::kDockerManifest, oci::media_type::kDockerIndex}) {
    EXPECT_NE(requests[0].header("Accept").find(type), std::string::npos) << type;
  }
}

TEST(Resolve, FallsBackToGet) {
  for (const int variant : {0, 1, 2, 3}) {
    Server server(registry_script([&](Exchange& e) {
      if (e.request().method != "HEAD") return e.reply(200, kManifest, manifest_headers(""));
      if (variant == 0) reply_head(e, 200, kManifest.size(), manifest_headers(""));  // no digest
      if (variant == 1) reply_head(e, 405, 0, "");
      if (variant == 2) reply_head(e, 404, 0, "");
      if (variant == 3) reply_head(e, 200, 3, manifest_headers(digest_text(kManifest), "text/plain"));
    }));
    CORTEN_REQUIRE_SERVER(server);
    auto repo = repository({}, {endpoint_of(server)});
    const auto descriptor = repo.resolve("latest");
    ASSERT_TRUE(descriptor) << variant << ": " << descriptor.error().message();
    EXPECT_EQ(descriptor->digest.to_string(), digest_text(kManifest));
    EXPECT_EQ(descriptor->size_bytes, static_cast<std::int64_t>(kManifest.size()));
    EXPECT_EQ(descriptor->media_type, oci::media_type::kOciManifest);
  }
}

TEST(FetchDocument, KeepsTheBytes) {
  Server server(registry_script(reply_manifest));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto fetched = repo.fetch_document(digest_text(kManifest));
  ASSERT_TRUE(fetched) << fetched.error().message();
  EXPECT_EQ(fetched->document.bytes(), kManifest);
  EXPECT_NE(fetched->document->manifest(), nullptr);
  EXPECT_EQ(requests_of(server)[0].target, "/v2/a/b/manifests/" + digest_text(kManifest));
}

TEST(FetchDocument, AWrongDigestIsRefused) {
  Server server(registry_script(reply_manifest));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto fetched = repo.fetch_document(digest_text("something else"));
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind(), Errc::data_loss);
  EXPECT_NE(fetched.error().message().find(digest_text(kManifest)), std::string::npos);
}

TEST(FetchDocument, ATagWhoseBytesAreNotTheAnnouncedOnesIsRefused) {
  Server server(
      registry_script([](Exchange& e) { e.reply(200, kManifest, manifest_headers(digest_text("other"))); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  EXPECT_EQ(repo.fetch_document("latest").error().kind(), Errc::data_loss);
}

TEST(FetchDocument, FourMebibytesAreTheMost) {
  Server server(registry_script([](Exchange& e) {
    const std::string large(oci::kMaxDocumentBytes + 1, ' ');
    if (e.request().target.ends_with("chunked")) {
      e.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      e.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", large.size(), large));
    } else {
      e.reply(200, large);
    }
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  for (const auto* tag : {"sized", "chunked"}) {
    const auto fetched = repo.fetch_document(tag);
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind(), Errc::data_loss);
    EXPECT_NE(fetched.error().message().find("over 4194304 bytes"), std::string::npos)
        << fetched.error().message();
  }
}

TEST(FetchDocument, AMissingOneIsSaidInTheRegistrysWords) {
  Server server(registry_script([](Exchange& e) {
    e.reply(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{}}]})",
            "Content-Type: application/json\r\n");
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto fetched = repo.fetch_document("nope");
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind(), Errc::not_found);
  const auto host = fmt::format("127.0.0.1:{}", server.port());
  EXPECT_EQ(
      fetched.error().message(),
      fmt::format("fetching manifest 'nope' of '{0}/a/b': '{0}' answered 404: MANIFEST_UNKNOWN: manifest "
                  "unknown",
                  host));
}

TEST(FetchDocument, AWebPageIsNoRegistry) {
  Server server(registry_script(
      [](Exchange& e) { e.reply(200, "<html>welcome</html>", "Content-Type: text/html\r\n"); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto fetched = repo.fetch_document("latest");
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind(), Errc::data_loss);
  EXPECT_NE(fetched.error().message().find("does not look like a registry"), std::string::npos);
}

TEST(FetchDocument, ABrokenBodyIsAskedForAgain) {
  std::atomic<int> count = 0;
  Server server(registry_script([&](Exchange& e) {
    if (++count > 1) return reply_manifest(e);
    e.send(fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n{}", manifest_headers(""),
                       kManifest.size(), kManifest.substr(0, 20)));
    e.close();
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto fetched = repo.fetch_document("latest");
  ASSERT_TRUE(fetched) << fetched.error().message();
  EXPECT_EQ(count, 2);
}

TEST(FetchDocument, Schema1IsNamed) {
  Server server(registry_script([](Exchange& e) {
    e.reply(200, R"({"schemaVersion":1,"fsLayers":[]})",
            manifest_headers("", oci::media_type::kDockerSchema1Signed));
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto fetched = repo.fetch_document("old");
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind(), Errc::unsupported);
  EXPECT_FALSE(fetched.error().hint().empty());
}

Endpoint mirror_of(const Server& server) {
  auto endpoint = endpoint_of(server, "mirrored/a/b");
  endpoint.is_mirror = true;
  return endpoint;
}

TEST(Mirrors, AreAskedFirst) {
  Server mirror(registry_script(reply_manifest));
  Server server(registry_script([](Exchange& e) { e.reply(500); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {mirror_of(mirror), endpoint_of(server)});
  EXPECT_TRUE(repo.fetch_document("latest"));
  EXPECT_EQ(requests_of(mirror)[0].target, "/v2/mirrored/a/b/manifests/latest");
  EXPECT_TRUE(server.requests().empty());
}

TEST(Mirrors, OneThatFailsGivesWayAndIsTold) {
  for (const int status : {404, 401, 403, 503}) {
    Server mirror(registry_script([&](Exchange& e) { e.reply(status); }));
    Server server(registry_script(reply_manifest));
    CORTEN_REQUIRE_SERVER(server);
    const Wiring setup;
    auto repo = repository(setup, {mirror_of(mirror), endpoint_of(server)});
    const auto fetched = repo.fetch_document("latest");
    ASSERT_TRUE(fetched) << fetched.error().message();
    EXPECT_NE(setup.diary->told.back().find("asking the next one"), std::string::npos);
    EXPECT_LE(requests_of(mirror).size(), 2U);
    // Only one that could not be reached is left out from then on.
    const auto before = requests_of(mirror).size();
    EXPECT_TRUE(repo.fetch_document("latest"));
    EXPECT_EQ(requests_of(mirror).size(), status == 503 ? before : before + 1);
  }
}

TEST(Mirrors, TheLastErrorNamesThemAll) {
  Server mirror(registry_script([](Exchange& e) { e.reply(403); }));
  Server server(registry_script([](Exchange& e) { e.reply(404); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {mirror_of(mirror), endpoint_of(server)});
  const auto fetched = repo.fetch_document("latest");
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().kind(), Errc::not_found);
  EXPECT_NE(fetched.error().message().find(fmt::format("after mirror '127.0.0.1:{}' failed", mirror.port())),
            std::string::npos)
      << fetched.error().message();
}

TEST(Mirrors, OneForDigestsOnlyIsNotAskedForTags) {
  Server mirror(registry_script(reply_manifest));
  Server server(registry_script(reply_manifest));
  CORTEN_REQUIRE_SERVER(server);
  auto endpoint = mirror_of(mirror);
  endpoint.tags = false;
  auto repo = repository({}, {endpoint, endpoint_of(server)});
  EXPECT_TRUE(repo.fetch_document("latest"));
  EXPECT_TRUE(requests_of(mirror).empty());
  EXPECT_TRUE(repo.fetch_document(digest_text(kManifest)));
  EXPECT_EQ(requests_of(mirror).size(), 1U);
}

TEST(Mirrors, AWrongDigestOfAMirrorDoesNoHarm) {
  Server mirror(registry_script([](Exchange& e) { e.reply(200, "{}"); }));
  Server server(registry_script(reply_manifest));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {mirror_of(mirror), endpoint_of(server)});
  EXPECT_TRUE(repo.fetch_document(digest_text(kManifest)));
}

}  // namespace
}  // namespace corten::registry::testing
