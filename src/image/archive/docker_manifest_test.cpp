#include "image/archive/docker_manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "image/archive/archive_names.hpp"
#include "image/archive/member_intake.hpp"

namespace corten::image {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  const auto images = parse_docker_manifest(text);
  EXPECT_FALSE(images);
  return images ? std::string() : images.error().message();
}

TEST(DockerManifest, ReadsWhatDockerWrites) {
  const auto images = parse_docker_manifest(
      R"([{"Config":"blobs/sha256/ab","RepoTags":["a:1","b:2"],"Layers":["x/layer.tar"],"LayerSources":{}},)"
      R"({"Config":"c.json","RepoTags":null,"Layers":[]}])");
  ASSERT_TRUE(images) << images.error().message();
  ASSERT_EQ(images->size(), 2U);
  EXPECT_EQ((*images)[0].repo_tags, (std::vector<std::string>{"a:1", "b:2"}));
  EXPECT_EQ((*images)[0].layers, std::vector<std::string>{"x/layer.tar"});
  EXPECT_EQ((*images)[1], DockerArchiveImage{.config = "c.json"});
}

TEST(DockerManifest, ErrorsNameTheMember) {
  EXPECT_THAT(refusal("{}"), HasSubstr("expected a list of images"));
  EXPECT_THAT(refusal(R"([{"Layers":[]}])"), HasSubstr("manifest.json[0].Config"));
  EXPECT_THAT(refusal(R"([{"Config":"a","Layers":"b"}])"), HasSubstr("manifest.json[0].Layers"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("manifest.json[0]"));
  EXPECT_THAT(refusal("[{"), HasSubstr("manifest.json: line 1"));
}

TEST(DockerManifest, TooManyLayersAreRefused) {
  std::string layers = "\"x\"";
  for (int i = 0; i < 10'000; ++i) layers += ",\"x\"";
  EXPECT_THAT(refusal(R"([{"Config":"a","Layers":[)" + layers + "]}]"),
              HasSubstr("10001 layers are more than"));
}

RC_GTEST_PROP(DockerManifest, IsReadBackAsItWasWritten, ()) {
  std::vector<DockerArchiveImage> images;
  const auto count = *rc::gen::inRange<std::size_t>(0, 4);
  images.reserve(count);
  const auto text = rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
  for (std::size_t i = 0; i < count; ++i) {
    images.push_back({.config = *text,
                      .repo_tags = *rc::gen::container<std::vector<std::string>>(text),
                      .layers = *rc::gen::container<std::vector<std::string>>(text)});
  }
  const auto again = parse_docker_manifest(format_docker_manifest(images));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == images);
}

TEST(MemberName, IsNormalised) {
  EXPECT_EQ(normalize_member_name("./blobs//sha256/./x"), "blobs/sha256/x");
  EXPECT_EQ(normalize_member_name("a/"), "a");
}

TEST(MemberName, ThatLeadsOutIsNone) {
  for (const auto* const name : {"/etc/passwd", "../x", "a/../../x", "a/../b", "", ".", "./"}) {
    EXPECT_EQ(normalize_member_name(name), std::nullopt) << name;
  }
}

TEST(MemberLink, IsResolvedWithinTheArchive) {
  EXPECT_EQ(resolve_member_link("aa/layer.tar", "../bb/layer.tar"), "bb/layer.tar");
  EXPECT_EQ(resolve_member_link("layer.tar", "x.tar"), "x.tar");
  EXPECT_EQ(resolve_member_link("aa/layer.tar", "../../bb/layer.tar"), std::nullopt);
  EXPECT_EQ(resolve_member_link("aa/layer.tar", "/etc/passwd"), std::nullopt);
  EXPECT_EQ(resolve_member_link("aa/layer.tar", ""), std::nullopt);
}

TEST(DockerManifest, AnImageHasOnlySoManyNames) {
  std::vector<DockerArchiveImage> images = {{.config = "c.json"}};
  for (std::size_t i = 0; i < kMaxNamesOfImage; ++i) images[0].repo_tags.push_back(fmt::format("a:{}", i));
  EXPECT_TRUE(parse_docker_manifest(format_docker_manifest(images)));
  images[0].repo_tags.emplace_back("a:latest");
  const auto refused = parse_docker_manifest(format_docker_manifest(images));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "manifest.json[0].RepoTags: 10001 names are more than 10000");
}

TEST(MemberName, PromisesADigest) {
  const std::string hex(64, 'a');
  EXPECT_EQ(digest_of_member_name("blobs/sha256/" + hex)->to_string(), "sha256:" + hex);
  EXPECT_EQ(digest_of_member_name("sha256:" + hex)->to_string(), "sha256:" + hex);
  EXPECT_EQ(digest_of_member_name(hex + ".tar"), std::nullopt);
  EXPECT_EQ(digest_of_member_name("blobs/sha256/" + hex + "/x"), std::nullopt);
  EXPECT_EQ(digest_of_member_name("blobs/sha256/x"), std::nullopt);
}

TEST(MemberName, TellsBlobsFromOtherFiles) {
  EXPECT_TRUE(may_be_blob("x/layer.tar"));
  EXPECT_TRUE(may_be_blob("x.json"));
  EXPECT_FALSE(may_be_blob("usr/bin/ls"));
  EXPECT_FALSE(may_be_blob("repositories"));
}

TEST(ArchiveName, IsAReferenceWithoutADigest) {
  std::vector<std::string> problems;
  EXPECT_EQ(take_archive_name("debian:12", problems)->canonical(), "docker.io/library/debian:12");
  EXPECT_TRUE(problems.empty());
  EXPECT_FALSE(take_archive_name("../../etc:x", problems));
  EXPECT_FALSE(take_archive_name("a@sha256:" + std::string(64, 'a'), problems));
  EXPECT_FALSE(take_archive_name("a\x1b[2J:1", problems));
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[2].find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace corten::image
