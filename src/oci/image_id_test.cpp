#include "oci/image_id.hpp"

#include <gtest/gtest.h>

namespace corten::oci {
namespace {

TEST(ImageIdPrefix, RecognisesWholeAndShortenedIds) {
  const std::string hex = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
  const auto id = Digest::parse("sha256:" + hex).value();
  for (const auto& text : {hex, "sha256:" + hex, hex.substr(0, 12), "sha256:" + hex.substr(0, 4)}) {
    const auto prefix = ImageIdPrefix::find(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_TRUE(prefix->matches(id)) << text;
    EXPECT_FALSE(prefix->matches(Digest())) << text;
  }
  EXPECT_TRUE(ImageIdPrefix::find(hex)->is_whole());
  EXPECT_FALSE(ImageIdPrefix::find(hex)->is_explicit());
  EXPECT_TRUE(ImageIdPrefix::find("sha256:b5bb")->is_explicit());
  EXPECT_FALSE(ImageIdPrefix::find("b5bb")->matches(Digest::parse("sha512:" + hex + hex).value()));
}

TEST(ImageIdPrefix, PassesOverOtherTexts) {
  for (const auto* text :
       {"", "abc", "ubuntu", "B5BB9D80", "b5bb9d80:1", "sha512:b5bb9d80", "sha256:", "b5bb/x"}) {
    EXPECT_FALSE(ImageIdPrefix::find(text)) << text;
  }
  EXPECT_FALSE(ImageIdPrefix::find(std::string(65, 'a')));
}

}  // namespace
}  // namespace corten::oci
