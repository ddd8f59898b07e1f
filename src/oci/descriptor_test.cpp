#include "oci/descriptor.hpp"

#include "oci/media_type.hpp"
#include "oci/testing.hpp"

namespace corten::oci {
namespace {

const std::string any_digest = "sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

// A minimal descriptor with one member replaced or added; `value` is JSON.
std::string error_with(const std::string& name, const std::string& value) {
  auto json = Json{{"mediaType", "a/b"}, {"digest", any_digest}, {"size", 2}};
  json[name] = Json::parse(value);
  const auto descriptor = testing::read_as<Descriptor>(to_json_text(json), "layers[3]");
  return descriptor ? "" : descriptor.error().message();
}

TEST(Descriptor, ReadsAndWritesEveryMember) {
  const auto text = R"({"annotations":{"k":"v"},"artifactType":"x/y","data":"e30=","digest":")" + any_digest +
                    R"(","mediaType":"a/b","platform":{"architecture":"arm","os":"linux","variant":"v7"},)"
                    R"("size":2,"urls":["https://a"],"x-unknown":{"deep":[null]}})";
  const auto descriptor = testing::read_as<Descriptor>(text, "descriptor").value();
  EXPECT_EQ(descriptor.media_type, "a/b");
  EXPECT_EQ(descriptor.digest.to_string(), any_digest);
  EXPECT_EQ(descriptor.size_bytes, 2);
  EXPECT_EQ(descriptor.data, "{}");
  EXPECT_EQ(to_string(*descriptor.platform), "linux/arm/v7");
  EXPECT_EQ(to_json_text(to_json(descriptor)), text);
}

TEST(Descriptor, BinaryDataSurvives) {
  Descriptor descriptor{
      .media_type = "a/b", .digest = {}, .size_bytes = 2, .data = std::string("\xff\x00", 2)};
  const auto again = testing::read_as<Descriptor>(to_json_text(to_json(descriptor)), "descriptor");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(*again, descriptor);
  descriptor.data = "ab";
  EXPECT_NE(*again, descriptor);
}

TEST(Descriptor, TheErrorNamesTheMember) {
  EXPECT_EQ(error_with("size", "-1"), "layers[3].size: -1 is negative");
  EXPECT_EQ(error_with("size", "1e3"), "layers[3].size: expected a whole number, found number 1000.0");
  EXPECT_EQ(error_with("size", "18446744073709551615"),
            "layers[3].size: expected a whole number, found number 18446744073709551615");
  EXPECT_EQ(error_with("digest", "\"sha256:../x\""),
            "layers[3].digest: digest 'sha256:../x': position 8: expected a lower-case hexadecimal digit, "
            "found '.'");
  EXPECT_EQ(error_with("digest", "null"), "layers[3].digest: is missing");
  EXPECT_EQ(error_with("mediaType", "\"a/b\\r\\nX: y\""),
            "layers[3].mediaType: 'a/b\\x0d\\nX: y' is not a media type");
  EXPECT_EQ(error_with("data", "\"e30\""),
            "layers[3].data: base64 comes in groups of four characters, found 3");
  EXPECT_EQ(error_with("data", "\"e30K\""), "layers[3].data: holds 3 bytes, but size is 2");
  EXPECT_EQ(error_with("platform", R"({"os":7})"),
            "layers[3].platform.os: expected a string, found number 7");
  EXPECT_EQ(error_with("annotations", R"({"k":7})"),
            "layers[3].annotations.k: expected a string, found number 7");
  EXPECT_EQ(error_with("Digest", "\"x\""), "layers[3].Digest: expected the spelling 'digest'");
  EXPECT_EQ(error_with("urls", "[]"), "");
}

TEST(Descriptor, AnUnknownAlgorithmIsUnsupported) {
  const auto found =
      testing::read_as<Descriptor>(R"({"mediaType":"a/b","size":1,"digest":"blake3:12"})", "descriptor");
  EXPECT_EQ(found.error().kind(), Errc::unsupported);
}

}  // namespace
}  // namespace corten::oci
