#include "oci/platform_match.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "oci/annotations.hpp"
#include "oci/media_type.hpp"

namespace corten::oci {
namespace {

Platform platform(std::string_view text) {
  return parse_platform(text, {.os = "linux", .architecture = "amd64"}).value();
}

std::string runnable(std::string_view text, WordSize word_size = WordSize::same) {
  std::vector<std::string> names;
  for (const auto& each : runnable_platforms(platform(text), word_size)) names.push_back(to_string(each));
  return join(names, " ");
}

TEST(RunnablePlatforms, AreOrderedFromBestToWorst) {
  EXPECT_EQ(runnable("linux/amd64/v3"), "linux/amd64/v3 linux/amd64/v2 linux/amd64");
  EXPECT_EQ(runnable("linux/amd64"), "linux/amd64");
  EXPECT_EQ(runnable("linux/arm/v8"), "linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5");
  EXPECT_EQ(runnable("linux/arm/v6"), "linux/arm/v6 linux/arm/v5");
  EXPECT_EQ(runnable("linux/arm64/v9"), "linux/arm64/v9 linux/arm64");
  EXPECT_EQ(runnable("linux/arm64"), "linux/arm64");
  EXPECT_EQ(runnable("linux/arm64/v9.2"), "linux/arm64/v9.2 linux/arm64/v9 linux/arm64");
  EXPECT_EQ(runnable("linux/riscv64"), "linux/riscv64");
  EXPECT_EQ(runnable("linux/amd64/other"), "linux/amd64/other");
}

TEST(RunnablePlatforms, ThirtyTwoBitsOnlyWhenAllowed) {
  EXPECT_EQ(runnable("linux/amd64", WordSize::allow_32_bit), "linux/amd64 linux/386");
  EXPECT_EQ(runnable("linux/arm64", WordSize::allow_32_bit),
            "linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5");
}

Descriptor image(std::string_view platform_text, char mark) {
  Descriptor descriptor;
  descriptor.media_type = media_type::kOciManifest;
  descriptor.digest = Digest::parse("sha256:" + std::string(64, mark)).value();
  if (!platform_text.empty()) descriptor.platform = platform(platform_text);
  return descriptor;
}

char match(const std::vector<Descriptor>& index, std::string_view wanted) {
  const auto found = best_match(index, platform(wanted));
  return found ? found->digest.hex()[0] : '-';
}

TEST(BestMatch, PicksTheNearestVariant) {
  const std::vector index{image("linux/amd64", 'a'), image("linux/arm/v6", 'b'), image("linux/arm/v7", 'c'),
                          image("linux/arm64", 'd'), image("linux/amd64/v3", 'e')};
  EXPECT_EQ(match(index, "linux/amd64"), 'a');
  EXPECT_EQ(match(index, "linux/amd64/v2"), 'a');
  EXPECT_EQ(match(index, "linux/amd64/v4"), 'e');
  EXPECT_EQ(match(index, "linux/arm/v8"), 'c');
  EXPECT_EQ(match(index, "linux/arm/v6"), 'b');
  EXPECT_EQ(match(index, "linux/arm/v5"), '-');
  EXPECT_EQ(match(index, "linux/arm64/v8"), 'd');
  EXPECT_EQ(match(index, "windows/amd64"), '-');
}

TEST(BestMatch, PassesOverAttestationsAndArtifacts) {
  auto attestation = image("", 'a');
  attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
  auto by_annotation = image("linux/amd64", 'b');
  by_annotation.annotations.emplace(annotation::kDockerReferenceType, "attestation-manifest");
  auto artifact = image("linux/amd64", 'c');
  artifact.artifact_type = "application/spdx+json";
  auto layer = image("linux/amd64", 'd');
  layer.media_type = media_type::kOciLayer;
  EXPECT_EQ(match({attestation, by_annotation, artifact, layer, image("linux/amd64", 'e')}, "linux/amd64"),
            'e');
}

TEST(BestMatch, ASingleImageWithoutPlatformIsTaken) {
  EXPECT_EQ(match({image("", 'a')}, "linux/arm64"), 'a');
  EXPECT_EQ(match({image("", 'a'), image("", 'b')}, "linux/arm64"), '-');
}

TEST(BestMatch, OsVersionCountsOnlyWhenAsked) {
  auto old = image("windows/amd64", 'a');
  old.platform->os_version = "10.0.1";
  auto recent = image("windows/amd64", 'b');
  recent.platform->os_version = "10.0.2";
  EXPECT_EQ(match({old, recent}, "windows/amd64"), 'a');
  EXPECT_EQ(match({old, recent}, "windows(10.0.2)/amd64"), 'b');
  old.platform->os_features = {"win32k"};
  EXPECT_EQ(match({old, recent}, "windows/amd64"), 'b');
}

TEST(BestMatch, TheErrorListsWhatThereIs) {
  const std::vector index{image("linux/amd64", 'a'), image("linux/arm/v7", 'b'), image("linux/amd64", 'c'),
                          image("", 'd')};
  const auto found = best_match(index, platform("linux/s390x"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Errc::not_found);
  EXPECT_EQ(
      found.error().message(),
      "no image for linux/s390x in the index; it has linux/amd64, linux/arm/v7, an image without a platform");
  EXPECT_EQ(best_match({}, platform("linux")).error().message(),
            "no image for linux/amd64 in the index; it has nothing");
}

}  // namespace
}  // namespace corten::oci
