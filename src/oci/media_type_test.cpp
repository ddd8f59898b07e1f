#include "oci/media_type.hpp"

#include <gtest/gtest.h>

namespace corten::oci {
namespace {

TEST(MediaType, SaysWhatABlobIs) {
  EXPECT_EQ(classify_media_type(media_type::kOciManifest).kind, BlobKind::manifest);
  EXPECT_EQ(classify_media_type(media_type::kDockerIndex).kind, BlobKind::index);
  EXPECT_EQ(classify_media_type(media_type::kDockerConfig).kind, BlobKind::config);
  EXPECT_EQ(classify_media_type(media_type::kOciLayerZstd),
            (BlobClass{BlobKind::layer, Compression::zstd, Distribution::free}));
  EXPECT_EQ(classify_media_type(media_type::kDockerForeignLayerGzip),
            (BlobClass{BlobKind::layer, Compression::gzip, Distribution::foreign}));
  EXPECT_EQ(classify_media_type(media_type::kDockerLayer).compression, Compression::none);
  for (const auto other : {media_type::kOciEmpty, media_type::kDockerSchema1, std::string_view("text/plain"),
                           std::string_view()}) {
    EXPECT_EQ(classify_media_type(other).kind, BlobKind::unknown) << other;
  }
}

TEST(MediaType, ParametersAndCaseDoNotMatter) {
  EXPECT_EQ(classify_media_type("Application/vnd.oci.image.index.v1+JSON ; charset=utf-8").kind,
            BlobKind::index);
  EXPECT_TRUE(is_docker_media_type("application/vnd.docker.container.image.v1+json"));
  EXPECT_FALSE(is_docker_media_type(media_type::kOciConfig));
}

TEST(MediaType, RefusesTextsThatCannotStandInAHeader) {
  for (const auto* good : {"a/b", "application/vnd.oci.empty.v1+json", "text/plain; charset=utf-8"}) {
    EXPECT_TRUE(is_media_type(good)) << good;
  }
  for (const auto* bad : {"", "plain", "/b", "a/", "a b/c", "a/b\r\nX-Evil: 1", "a/\xc3\xa9"}) {
    EXPECT_FALSE(is_media_type(bad)) << bad;
  }
  EXPECT_FALSE(is_media_type("a/" + std::string(300, 'b')));
}

}  // namespace
}  // namespace corten::oci
