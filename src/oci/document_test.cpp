#include "oci/document.hpp"

#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"
#include "oci/testing.hpp"

namespace corten::oci {
namespace {

const std::string any_descriptor =
    R"({"mediaType":"a/b","size":2,"digest":"sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"})";
const std::string config_members = R"("schemaVersion":2,"config":)" + any_descriptor;

std::string error_of(const std::string& text, std::string_view media_type = {}) {
  const auto document = parse_document(text, media_type);
  return document ? "" : document.error().message();
}

TEST(Document, ReadsADockerManifest) {
  const auto text = testing::read_testdata("busybox_manifest.json");
  const auto document = parse_document(text, media_type::kDockerManifest).value();
  EXPECT_EQ(document.media_type, media_type::kDockerManifest);
  ASSERT_NE(document.manifest(), nullptr);
  EXPECT_EQ(document.index(), nullptr);
  EXPECT_EQ(document.manifest()->layers.at(0).size_bytes, 2219949);
  EXPECT_EQ(document.manifest()->config.media_type, media_type::kDockerConfig);
  EXPECT_EQ(to_json(*document.manifest()), Json::parse(text));
}

TEST(Document, ReadsAnIndexWithAttestations) {
  const auto text = testing::read_testdata("attestation_index.json");
  const auto document =
      parse_document(text, "application/vnd.oci.image.index.v1+json; charset=utf-8").value();
  ASSERT_NE(document.index(), nullptr);
  const auto& manifests = document.index()->manifests;
  ASSERT_EQ(manifests.size(), 4U);
  EXPECT_EQ(best_match(manifests, Platform{.os = "linux", .architecture = "arm64"}).value(), manifests[1]);
  EXPECT_TRUE(is_attestation(manifests[2]));
  EXPECT_EQ(to_json(*document.index()), Json::parse(text));
}

TEST(Document, ReadsAnArtifactAndKeepsWhatIsUnknown) {
  const auto text = testing::read_testdata("artifact_manifest.json");
  const auto document = parse_document(text).value();
  const auto& manifest = *document.manifest();
  EXPECT_EQ(manifest.artifact_type, "application/vnd.example.sbom.v1");
  EXPECT_EQ(manifest.config.data, "{}");
  EXPECT_TRUE(manifest.subject.has_value());
  EXPECT_FALSE(manifest.extra.empty());
  EXPECT_FALSE(manifest.layers.at(0).extra.empty());
  EXPECT_EQ(to_json(manifest), Json::parse(text));
}

TEST(Document, TheReceivedBytesAreKept) {
  const auto text = " { " + config_members + ", \"layers\" : [ ] }\n";
  const auto received = receive_document(text, "").value();
  EXPECT_EQ(received.bytes(), text);
  EXPECT_NE(to_json_text(to_json(*received->manifest())), text);
}

TEST(Document, TheTypeComesFromMembersWhenNothingElseSaysIt) {
  EXPECT_EQ(parse_document("{" + config_members + "}").value().media_type, media_type::kOciManifest);
  EXPECT_EQ(parse_document("{" + config_members + "}", "text/plain; charset=utf-8").value().media_type,
            media_type::kOciManifest);
  EXPECT_EQ(parse_document(R"({"schemaVersion":2,"manifests":null})").value().media_type,
            media_type::kOciIndex);
  EXPECT_EQ(parse_document("{" + config_members + "}", media_type::kDockerManifest).value().media_type,
            media_type::kDockerManifest);
}

// CVE-2021-41190: what one reader takes for a manifest must not be an index for another.
TEST(Document, ConfusedDocumentsAreRefused) {
  const std::string both =
      "manifest.config: stands beside 'manifests': a document is a manifest or an index, not both";
  EXPECT_EQ(error_of("{" + config_members + R"(,"manifests":[]})"), both);
  EXPECT_EQ(error_of("{" + config_members + R"(,"manifests":null})"), both);
  EXPECT_EQ(error_of(R"({"schemaVersion":2,"manifests":[],"layers":[]})"),
            "manifest.layers: stands beside 'manifests': a document is a manifest or an index, not both");
  EXPECT_EQ(error_of("{" + config_members + R"(,"Manifests":[]})", media_type::kOciManifest),
            "manifest.Manifests: expected the spelling 'manifests'");
  EXPECT_EQ(error_of(R"({"schemaVersion":2,"manifests":[],"LAYERS":[]})"),
            "manifest.LAYERS: expected the spelling 'layers'");
  EXPECT_EQ(
      error_of("{" + config_members + R"(,"mediaType":"application/vnd.oci.image.index.v1+json"})"),
      "manifest.mediaType: says 'application/vnd.oci.image.index.v1+json', but the members are those of a "
      "manifest");
  EXPECT_EQ(error_of("{" + config_members + R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json"})",
                     media_type::kDockerManifest),
            "manifest.mediaType: says 'application/vnd.oci.image.manifest.v1+json', but it came as "
            "'application/vnd.docker.distribution.manifest.v2+json'");
  EXPECT_EQ(
      error_of("{" + config_members + "}", media_type::kOciIndex),
      "manifest: came as 'application/vnd.oci.image.index.v1+json', but the members are those of a manifest");
  EXPECT_EQ(error_of("{" + config_members + "," + config_members + "}"),
            "manifest: the member 'schemaVersion' occurs twice");
}

TEST(Document, SchemaOneIsRefusedByName) {
  for (const auto* text : {R"({"schemaVersion":1,"name":"a","fsLayers":[]})", R"({"schemaVersion":1})",
                           R"({"schemaVersion":2,"fsLayers":[],"signatures":[]})"}) {
    const auto document = parse_document(text);
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().kind(), Errc::unsupported);
    EXPECT_TRUE(document.error().message().contains("schema 1 is not supported"));
    EXPECT_TRUE(document.error().hint().contains("push the image again"));
  }
  EXPECT_TRUE(error_of("{" + config_members + "}", media_type::kDockerSchema1Signed).contains("schema 1"));
}

TEST(Document, OtherDocumentsAreRefused) {
  EXPECT_EQ(
      error_of(R"({"schemaVersion":2})"),
      "manifest: expected 'config' and 'layers' of a manifest or 'manifests' of an index, found neither");
  EXPECT_EQ(error_of("[]"), "manifest: expected an object, found an array");
  EXPECT_EQ(error_of("{" + config_members + "}", "text/html"),
            "manifest: the media type 'text/html' is neither a manifest nor an index");
  EXPECT_EQ(
      error_of("{" + config_members + R"(,"mediaType":"application/vnd.oci.artifact.manifest.v1+json"})"),
      "manifest: the media type 'application/vnd.oci.artifact.manifest.v1+json' is neither a manifest nor "
      "an index");
  EXPECT_EQ(error_of(R"({"schemaVersion":3,"manifests":[]})"), "manifest.schemaVersion: expected 2, found 3");
  EXPECT_EQ(error_of(R"({"manifests":[]})"), "manifest.schemaVersion: is missing");
  EXPECT_EQ(error_of(R"({"schemaVersion":2,"layers":[]})"), "manifest.config: is missing");
  EXPECT_FALSE(error_of("").empty());
}

TEST(Document, SizeDepthAndCountsAreCapped) {
  std::string nested = "{" + config_members + R"(,"x":)";
  for (int i = 0; i < 2'000'000; ++i) nested += "[{\"a\":";
  EXPECT_TRUE(error_of(nested).contains("at most 4194304 are read"));
  EXPECT_EQ(error_of(nested.substr(0, 100'000)), "manifest: nested deeper than 64 levels");
  std::string many = "{" + config_members + R"(,"layers":[)";
  for (int i = 0; i < 10'001; ++i) many += i > 0 ? ",{}" : "{}";
  EXPECT_EQ(error_of(many + "]}"), "manifest.layers: 10001 entries, at most 10000 are read");
}

TEST(Document, TheCapsAreTheCallersToChoose) {
  constexpr std::string_view kText = R"({"schemaVersion":2,"manifests":[0,0,0]})";
  const auto error = [&](const DocumentLimits& limits) {
    return parse_document(kText, {}, "list", limits).error().message();
  };
  EXPECT_EQ(error({.max_descriptors = 2}), "list.manifests: 3 entries, at most 2 are read");
  EXPECT_FALSE(error({.max_descriptors = 3}).contains("at most"));
  EXPECT_EQ(error({.max_bytes = 10}), "list: 39 bytes of JSON, at most 10 are read");
  EXPECT_TRUE(error({.max_values = 3}).contains("3"));
}

TEST(Document, WrongTypesAnywhereAreErrorsOrReadBackTheSame) {
  for (const auto* name : {"busybox_manifest.json", "artifact_manifest.json"}) {
    const auto document = Json::parse(testing::read_testdata(name));
    EXPECT_GT(testing::refused_wrong_types<Manifest>(document, "manifest"), 40) << name;
  }
  const auto index = Json::parse(testing::read_testdata("attestation_index.json"));
  EXPECT_GT(testing::refused_wrong_types<Index>(index, "index"), 50);
}

}  // namespace
}  // namespace corten::oci
