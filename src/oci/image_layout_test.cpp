#include "oci/image_layout.hpp"

#include <gtest/gtest.h>

#include "oci/annotations.hpp"

namespace corten::oci::layout {
namespace {

TEST(ImageLayout, TheMarkerIsReadBack) {
  EXPECT_EQ(marker_text(), R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_TRUE(check_marker(marker_text()));
  EXPECT_TRUE(check_marker(R"({"imageLayoutVersion":"1.1.0","x":1})"));
}

TEST(ImageLayout, OtherMarkersAreRefused) {
  EXPECT_EQ(check_marker(R"({"imageLayoutVersion":"2.0.0"})").error().kind(), Errc::unsupported);
  EXPECT_EQ(check_marker("{}").error().message(),
            "oci-layout.imageLayoutVersion: is missing, expected a string");
  EXPECT_FALSE(check_marker(""));
  EXPECT_FALSE(check_marker(std::string(100'000, ' ')));
}

TEST(ImageLayout, BlobsLieUnderTheirAlgorithm) {
  EXPECT_EQ(blob_path(Digest()),
            "blobs/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ImageLayout, TheIndexNamesItsImages) {
  const auto index =
      parse_index(R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":0,"digest":)"
                  R"("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",)"
                  R"("annotations":{"org.opencontainers.image.ref.name":"v1"}}]})");
  ASSERT_TRUE(index) << index.error().message();
  EXPECT_EQ(find_ref_name(index->manifests.at(0)), "v1");
  EXPECT_EQ(find_ref_name(Descriptor{}), std::nullopt);
  EXPECT_TRUE(
      parse_index(R"({"schemaVersion":2,"config":{}})").error().message().starts_with("index.json: came as"));
}

// An index.json with so many times the same entry.
std::string index_of(std::size_t entries) {
  std::string text = R"({"schemaVersion":2,"manifests":[)";
  for (std::size_t i = 0; i < entries; ++i) {
    text += fmt::format(R"({}{{"mediaType":"a/b","size":0,"digest":"{}"}})", i == 0 ? "" : ",",
                        Digest().to_string());
  }
  return text + "]}";
}

TEST(ImageLayout, TheIndexMayNameMoreThanARegistrysMay) {
  const auto text = index_of(kMaxDescriptors + 1);
  const auto index = parse_index(text);
  ASSERT_TRUE(index) << index.error().message();
  EXPECT_EQ(index->manifests.size(), kMaxDescriptors + 1);
}

TEST(ImageLayout, TheIndexHasALimitToo) {
  EXPECT_EQ(parse_index(std::string(kMaxIndexBytes + 1, ' ')).error().message(),
            "index.json: 67108865 bytes of JSON, at most 67108864 are read");
}

}  // namespace
}  // namespace corten::oci::layout
