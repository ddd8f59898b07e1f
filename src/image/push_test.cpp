#include "image/push.hpp"

#include <functional>

#include <gmock/gmock.h>

#include "codec/detect.hpp"
#include "image/blob_sources.hpp"
#include "image/catalog.hpp"
#include "image/collect.hpp"
#include "image/compress_layer.hpp"
#include "image/pull.hpp"
#include "image/push_plan.hpp"
#include "image/testing_images.hpp"
#include "image/testing_repository.hpp"

namespace corten::image {
namespace {

using testing::FakeRepository;
using testing::gzip;
using ::testing::HasSubstr;
using testing::layer_tar;
using testing::put_remote;

// Lets something happen before a manifest arrives, when the blobs are all there.
class BusyRepository : public FakeRepository {
 public:
  std::function<void()> meanwhile = [] {};

  Result<> push_document(std::string_view bytes, std::string_view media_type,
                         std::string_view name) override {
    meanwhile();
    return FakeRepository::push_document(bytes, media_type, name);
  }
};

class PushTest : public testing::ImageTest {
 protected:
  Result<PushResult> push(std::string_view name, LayerCompression compression = LayerCompression::zstd,
                          std::optional<oci::Platform> platform = {}) {
    const OpenRepository open =
        [&](const oci::Reference& other) -> Result<std::unique_ptr<registry::Repository>> {
      opened_.push_back(other.name());
      auto repository = std::make_unique<FakeRepository>();
      repository->blobs = elsewhere_.blobs;
      return repository;
    };
    return push_to(*store_, remote_, open, oci::Reference::parse(name).value(),
                   {.platform = platform, .compression = compression, .progress = *progress_});
  }
  Result<PullResult> pull(std::string_view name, std::string_view architecture = "amd64") {
    return pull_from(*store_, elsewhere_, oci::Reference::parse(name).value(),
                     {.platform = oci::Platform{.os = "linux", .architecture = std::string(architecture)},
                      .progress = *progress_});
  }
  oci::Manifest pushed_manifest(const PushResult& pushed) {
    const auto& [type, bytes] = remote_.documents.at(pushed.target.digest.to_string());
    return *oci::parse_document(bytes, type)->manifest();
  }

  BusyRepository remote_;
  FakeRepository elsewhere_;
  std::vector<std::string> opened_;
  std::unique_ptr<term::Progress> progress_ = term::create_silent_progress();
  std::vector<std::string> tars_ = {layer_tar({{"a", "one"}}), layer_tar({{"b", std::string(100'000, 'b')}})};
};

// From the plan on, the image may lose its name.
TEST_F(PushTest, APlanLeasesAllThatIsPushed) {
  const auto image = put(tars_);
  name("host.io/x:1", image);
  {
    auto lease = content::Lease::create(store_->content());
    ASSERT_TRUE(lease);
    ASSERT_TRUE(plan_push(*store_, *lease, image, std::nullopt));
    ASSERT_TRUE(store_->names().remove("host.io/x:1").value());
    const auto collected = collect_garbage(*store_, {});
    ASSERT_TRUE(collected) << collected.error().message();
    EXPECT_THAT(collected->blobs.removed, ::testing::IsEmpty());
  }
  EXPECT_EQ(collect_garbage(*store_, {})->blobs.removed.size(), 4U);
}

TEST_F(PushTest, WhatWasPulledIsPushedByteForByte) {
  for (const bool docker : {false, true}) {
    const auto tag = docker ? "docker" : "oci";
    const auto manifest = put_remote(elsewhere_, tars_, tag, {.docker = docker});
    const auto source = fmt::format("host.io/x:{}", tag);
    const auto target = fmt::format("host.io/y:{}", tag);
    ASSERT_TRUE(pull(source));
    name(target, manifest);
    const auto pushed = push(target);
    ASSERT_TRUE(pushed) << pushed.error().message();
    EXPECT_EQ(pushed->target, manifest);
    EXPECT_EQ(remote_.documents.at(manifest.digest.to_string()),
              elsewhere_.documents.at(manifest.digest.to_string()));
    EXPECT_TRUE(store_->names().find("host.io/y@" + manifest.digest.to_string()).value());
  }
}

TEST_F(PushTest, ABlobOfTheSameRegistryIsOfferedForAMount) {
  const auto manifest = put_remote(elsewhere_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  name("host.io/y:1", manifest);
  name("other.io/y:1", manifest);
  ASSERT_TRUE(push("host.io/y:1"));
  EXPECT_THAT(remote_.mount_requests, ::testing::Each("x"));
  EXPECT_EQ(remote_.mount_requests.size(), 3U);
  remote_.mount_requests.clear();
  remote_.blobs.clear();
  ASSERT_TRUE(push("other.io/y:1"));
  EXPECT_TRUE(remote_.mount_requests.empty());
}

TEST_F(PushTest, ADroppedBlobComesFromWhereItWas) {
  const auto manifest = put_remote(elsewhere_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  name("other.io/y:1", manifest);
  const auto blob = content::digest_of(gzip(tars_[0]));
  ASSERT_TRUE(store_->content().remove(blob));
  const auto pushed = push("other.io/y:1");
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(opened_, std::vector<std::string>{"host.io/x"});
  EXPECT_TRUE(remote_.blobs.contains(blob.to_string()));
}

TEST_F(PushTest, ADroppedBlobThatTheRegistryHasIsNotFetched) {
  const auto manifest = put_remote(elsewhere_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  name("other.io/y:1", manifest);
  const auto blob = gzip(tars_[0]);
  ASSERT_TRUE(store_->content().remove(content::digest_of(blob)));
  remote_.put_blob(blob);
  ASSERT_TRUE(push("other.io/y:1"));
  EXPECT_TRUE(opened_.empty());
}

TEST_F(PushTest, PlainLayersAreCompressedAndTheNameStandsForThatManifest) {
  const auto made = put(tars_);
  name("host.io/x:1", made);
  const auto pushed = push("host.io/x:1");
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_NE(pushed->target.digest, made.digest);
  const auto manifest = pushed_manifest(*pushed);
  for (const auto& layer : manifest.layers) {
    EXPECT_EQ(layer.media_type, oci::media_type::kOciLayerZstd);
    const auto& blob = remote_.blobs.at(layer.digest.to_string());
    EXPECT_EQ(codec::detect_compression(as_bytes(blob)), codec::Compression::zstd);
    EXPECT_EQ(layer.size_bytes, static_cast<std::int64_t>(blob.size()));
  }
  EXPECT_EQ(store_->names().find("host.io/x:1").value()->descriptor, pushed->target);
  const auto images = list_images(*store_).value().images;
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].summary.id, manifest.config.digest);
}

TEST_F(PushTest, ANameThatWasMovedMeanwhileIsLeftAlone) {
  name("host.io/x:1", put(tars_));
  const auto other = put({layer_tar({{"c", "other"}})});
  remote_.meanwhile = [&] { name("host.io/x:1", other); };
  const auto pushed = push("host.io/x:1");
  ASSERT_TRUE(pushed) << pushed.error().message();
  const auto entries = store_->names().list_entries().value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].name, "host.io/x:1");
  EXPECT_EQ(entries[0].descriptor, other);
}

TEST_F(PushTest, ANameThatWasRemovedMeanwhileDoesNotComeBack) {
  const auto manifest = put_remote(elsewhere_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  for (const auto& image : {put(tars_), manifest}) {
    name("host.io/y:1", image);
    remote_.meanwhile = [&] {
      const auto entries = store_->names().list_entries().value();
      ASSERT_TRUE(store_->names().remove_entries(entries));
    };
    ASSERT_TRUE(push("host.io/y:1"));
    EXPECT_TRUE(store_->names().list_entries().value().empty());
  }
}

TEST_F(PushTest, TheDigestIsNamedWhileAnEntryOfTheImageIsLeft) {
  const auto manifest = put_remote(elsewhere_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  name("host.io/y:1", manifest);
  remote_.meanwhile = [&] { ASSERT_TRUE(store_->names().remove("host.io/y:1")); };
  ASSERT_TRUE(push("host.io/y:1"));
  EXPECT_TRUE(store_->names().find("host.io/y@" + manifest.digest.to_string()).value());
  EXPECT_FALSE(store_->names().find("host.io/y:1").value());
}

TEST_F(PushTest, ASecondPushDoesNotCompressAgain) {
  const auto made = put(tars_);
  name("host.io/x:1", made);
  const auto first = push("host.io/x:1");
  ASSERT_TRUE(first);
  // Another name of the plain image, and neither the compressed blobs nor the plain ones are here.
  name("host.io/x:2", made);
  for (const auto& layer : pushed_manifest(*first).layers)
    ASSERT_TRUE(store_->content().remove(layer.digest));
  for (const auto& tar : tars_) ASSERT_TRUE(store_->content().remove(content::digest_of(tar)));
  remote_.log.clear();
  const auto second = push("host.io/x:2");
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(second->target, first->target);
  EXPECT_EQ(remote_.count("PUT"), 0U);
}

TEST_F(PushTest, ADatabaseThatCannotBeReadIsDoneWithout) {
  name("host.io/x:1", put(tars_));
  ASSERT_TRUE(store_->database().value()->execute("PRAGMA user_version = 99"));
  store_ = ImageStore::open(root_, {.driver = snapshot::Driver::copy}).value();
  ASSERT_FALSE(store_->database()) << "it is a newer corten's";
  const auto pushed = push("host.io/x:1");
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(pushed_manifest(*pushed).layers[0].media_type, oci::media_type::kOciLayerZstd);
}

TEST_F(PushTest, GzipAndKeepAreForWhoAsks) {
  const auto made = put(tars_);
  name("host.io/x:gzip", made);
  const auto gzipped = push("host.io/x:gzip", LayerCompression::gzip);
  ASSERT_TRUE(gzipped);
  EXPECT_EQ(pushed_manifest(*gzipped).layers[0].media_type, oci::media_type::kOciLayerGzip);
  name("host.io/x:keep", made);
  const auto kept = push("host.io/x:keep", LayerCompression::keep);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->target, made);
}

TEST_F(PushTest, AnIndexWithOneImageHereIsPushedAsThatImage) {
  const auto amd64 = put_remote(elsewhere_, {tars_[0]}, "");
  const auto arm64 = put_remote(elsewhere_, {tars_[1]}, "", {.architecture = "arm64"});
  oci::Index index{.media_type = std::string(oci::media_type::kOciIndex), .manifests = {amd64, arm64}};
  index.manifests[0].platform = oci::Platform{.os = "linux", .architecture = "amd64"};
  index.manifests[1].platform = oci::Platform{.os = "linux", .architecture = "arm64"};
  const auto top = elsewhere_.put_document(to_json_text(oci::to_json(index)), index.media_type, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  name("host.io/y:1", top);
  EXPECT_EQ(push("host.io/y:1")->target.digest, amd64.digest);
  EXPECT_EQ(store_->names().find("host.io/y:1").value()->descriptor.digest, top.digest);
  const auto missing =
      push("host.io/y:1", LayerCompression::zstd, oci::Platform{.os = "linux", .architecture = "arm64"});
  EXPECT_EQ(missing.error().kind(), Errc::not_found);
  ASSERT_TRUE(pull("host.io/x:1", "arm64"));
  const auto whole = push("host.io/y:1");
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->target, top);
  EXPECT_TRUE(remote_.documents.contains(arm64.digest.to_string()));
}

TEST_F(PushTest, AnImageInNestedIndexesIsPushedByItsPlatform) {
  const auto amd64 = put_remote(elsewhere_, {tars_[0]}, "");
  const auto put_index = [&](const oci::Descriptor& entry, const std::string& tag) {
    const oci::Index index{.media_type = std::string(oci::media_type::kOciIndex), .manifests = {entry}};
    return elsewhere_.put_document(to_json_text(oci::to_json(index)), index.media_type, tag);
  };
  auto top = put_index(testing::on(amd64, "amd64"), "");
  top = put_index(testing::on(top, "amd64"), "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  const oci::Platform platform{.os = "linux", .architecture = "amd64"};
  const auto pushed = push("host.io/x:1", LayerCompression::keep, platform);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(pushed->target.digest, amd64.digest);
  EXPECT_EQ(push("host.io/x:1").error().kind(), Errc::unsupported);
}

TEST_F(PushTest, UnknownNamesAndDigestsAreRefused) {
  EXPECT_EQ(push("host.io/none:1").error().kind(), Errc::not_found);
  EXPECT_EQ(push("host.io/x@" + content::digest_of("x").to_string()).error().kind(), Errc::invalid_argument);
}

TEST_F(PushTest, TheWaitForAnotherPushThatCompressesCanBeStopped) {
  const auto& content = store_->content();
  const auto tar = content.put(tars_[0]).value();
  const auto other = content.begin_ingest("zstd-2-" + tar.short_hex());
  ASSERT_TRUE(other) << other.error().message();
  std::stop_source stop;
  stop.request_stop();
  const auto compressed = compress_blob(content, tar, {}, stop.get_token(), [](std::uint64_t) {});
  ASSERT_FALSE(compressed);
  EXPECT_EQ(compressed.error().kind(), Errc::canceled);
}

TEST(PushPlan, ZstdMakesADockerManifestAnOciOne) {
  namespace mt = oci::media_type;
  oci::Manifest manifest{.media_type = std::string(mt::kDockerManifest)};
  manifest.config.media_type = std::string(mt::kDockerConfig);
  manifest.layers.resize(2);
  manifest.layers[0].media_type = std::string(mt::kDockerLayerGzip);
  manifest.layers[1].media_type = std::string(mt::kDockerLayer);
  const std::vector<std::optional<BlobName>> blobs = {
      std::nullopt, BlobName{.digest = content::digest_of("z"), .size_bytes = 1}};
  const auto zstd = with_compressed_layers(manifest, blobs, LayerCompression::zstd);
  EXPECT_EQ(zstd.media_type, mt::kOciManifest);
  EXPECT_EQ(zstd.config.media_type, mt::kOciConfig);
  EXPECT_EQ(zstd.layers[0].media_type, mt::kOciLayerGzip);
  EXPECT_EQ(zstd.layers[1].media_type, mt::kOciLayerZstd);
  const auto gzipped = with_compressed_layers(manifest, blobs, LayerCompression::gzip);
  EXPECT_EQ(gzipped.media_type, mt::kDockerManifest);
  EXPECT_EQ(gzipped.layers[1].media_type, mt::kDockerLayerGzip);
}

}  // namespace
}  // namespace corten::image
