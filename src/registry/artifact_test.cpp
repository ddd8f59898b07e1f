#include "registry/artifact.hpp"

#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "oci/annotations.hpp"
#include "oci/media_type.hpp"
#include "registry/digest_of.hpp"
#include "registry/remote_repository.hpp"
#include "registry/test_registry.hpp"

namespace corten::registry {
namespace {

class ArtifactTest : public testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text) const {
    const auto path = testing::TempDir() + "corten-artifact-" + std::to_string(::getpid()) + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

TEST_F(ArtifactTest, FileIsHashedAndNamedByTheEndOfItsPath) {
  const auto path = write("-sbom.json", "hello");
  const auto file = read_artifact_file(path, "application/json");
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(file->descriptor.digest, digest_of("hello"));
  EXPECT_EQ(file->descriptor.size_bytes, 5);
  EXPECT_EQ(file->descriptor.media_type, "application/json");
  EXPECT_EQ("/" + file->descriptor.annotations.at(std::string(oci::annotation::kTitle)),
            path.substr(path.rfind('/')));
  ::unlink(path.c_str());
}

TEST_F(ArtifactTest, MissingFileIsNamed) {
  const auto file = read_artifact_file("/nonexistent/x", "a/b");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind(), Errc::not_found);
  EXPECT_NE(file.error().message().find("'/nonexistent/x'"), std::string::npos);
}

TEST_F(ArtifactTest, IsPushedWithItsFilesAndItsSubject) {
  test::TestRegistry server;
  CORTEN_REQUIRE_SERVER(server);
  const auto session = server.open();
  RemoteRepository repository(std::make_shared<Context>(ContextOptions{}), {session.endpoint()});
  const auto path = write("-note", "hello");
  const auto file = read_artifact_file(path, "text/plain");
  ASSERT_TRUE(file) << file.error().message();
  const oci::Descriptor subject{.media_type = std::string(oci::media_type::kOciManifest),
                                .digest = digest_of("image"),
                                .size_bytes = 5};
  const auto attached = attach_artifact(
      repository, subject, {.type = "text/x-note", .annotations = {{"a", "b"}}, .files = {*file}});
  ::unlink(path.c_str());
  ASSERT_TRUE(attached) << attached.error().message();

  EXPECT_EQ(server.blobs().at(digest_of("hello").to_string()), "hello");
  EXPECT_EQ(server.blobs().at(digest_of("{}").to_string()), "{}");
  const auto manifest = Json::parse(server.manifests().at(attached->digest.to_string()));
  EXPECT_EQ(manifest["artifactType"], "text/x-note");
  EXPECT_EQ(manifest["config"]["mediaType"], oci::media_type::kOciEmpty);
  EXPECT_EQ(manifest["subject"]["digest"], subject.digest.to_string());
  EXPECT_EQ(manifest["annotations"]["a"], "b");
  EXPECT_EQ(manifest["layers"][0]["mediaType"], "text/plain");

  const auto listed = repository.list_referrers(subject.digest);
  ASSERT_TRUE(listed) << listed.error().message();
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().artifact_type, "text/x-note");
  EXPECT_EQ(listed->front().digest, attached->digest);
}

}  // namespace
}  // namespace corten::registry
