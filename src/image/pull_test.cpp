#include "image/pull.hpp"

#include <thread>

#include <gmock/gmock.h>

#include "image/blob_sources.hpp"
#include "image/catalog.hpp"
#include "image/fetch_layer.hpp"
#include "image/layer_unpack.hpp"
#include "image/naming.hpp"
#include "image/testing_images.hpp"
#include "image/testing_repository.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

using testing::FakeRepository;
using testing::gzip;
using ::testing::HasSubstr;
using testing::layer_tar;
using testing::put_remote;

// Content that does not compress, so that positions in the blob mean something.
std::string noise(std::size_t size, std::uint32_t seed) {
  std::string text(size, '\0');
  for (auto& c : text) {
    seed = seed * 1664525 + 1013904223;
    c = static_cast<char>(seed >> 24U);
  }
  return text;
}

class PullTest : public testing::ImageTest {
 protected:
  Result<PullResult> pull(std::string_view name, std::optional<oci::Platform> platform = {}) {
    const auto amd64 = oci::Platform{.os = "linux", .architecture = "amd64"};
    return pull_from(
        *store_, remote_, oci::Reference::parse(name).value(),
        {.platform = platform.value_or(amd64), .stop = stop_.get_token(), .progress = *progress_});
  }
  std::vector<snapshot::LayerInfo> layers() { return (*store_->snapshots())->list().value(); }
  bool is_named(std::string_view name) {
    return store_->names().find(oci::Reference::parse(name)->canonical()).value().has_value();
  }
  void expect_nothing_visible() {
    EXPECT_TRUE(layers().empty());
    EXPECT_TRUE(store_->names().list()->empty());
  }

  FakeRepository remote_;
  std::stop_source stop_;
  std::unique_ptr<term::Progress> progress_ = term::create_silent_progress();
  std::vector<std::string> tars_ = {layer_tar({{"a", "one"}}), layer_tar({{"b", noise(300'000, 1)}}),
                                    layer_tar({{"c", "three"}})};
};

TEST_F(PullTest, AnImageIsThereWithBlobsSnapshotsAndBothNames) {
  const auto manifest = put_remote(remote_, tars_, "1");
  const auto pulled = pull("host.io/x:1");
  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_FALSE(pulled->up_to_date);
  EXPECT_EQ(pulled->target, manifest);
  EXPECT_EQ(layers().size(), 3U);
  EXPECT_TRUE(is_named("host.io/x:1"));
  EXPECT_TRUE(is_named("host.io/x@" + manifest.digest.to_string()));
  const auto documents = read_documents(store_->content(), manifest);
  ASSERT_TRUE(documents);
  for (const auto& layer : documents->manifest->layers) {
    EXPECT_TRUE(store_->content().verify(layer.digest));
    EXPECT_EQ(find_blob_sources(*store_, layer.digest).value(), std::vector<std::string>{"host.io/x"});
  }
  EXPECT_EQ(pulled->id, documents->manifest->config.digest);
  const auto names = layer_names(documents->config.value()).value();
  for (const auto& name : names) EXPECT_EQ((*store_->snapshots())->find(name.chain_id).value()->name, name);
}

TEST_F(PullTest, WhatIsThereCostsOneQuestionAndNoBlob) {
  put_remote(remote_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  remote_.log.clear();
  const auto again = pull("host.io/x:1");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->up_to_date);
  EXPECT_EQ(remote_.log, std::vector<std::string>{"HEAD 1"});
}

TEST_F(PullTest, ADigestThatIsThereAsksNothing) {
  const auto manifest = put_remote(remote_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  remote_.log.clear();
  const auto again = pull("host.io/x@" + manifest.digest.to_string());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->up_to_date);
  EXPECT_TRUE(remote_.log.empty());
}

TEST_F(PullTest, ATagThatMovedGoesToTheNewImageWithOnlyItsOwnLayers) {
  const auto old = put_remote(remote_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  tars_.push_back(layer_tar({{"d", "four"}}));
  const auto young = put_remote(remote_, tars_, "1");
  remote_.log.clear();
  const auto again = pull("host.io/x:1");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_FALSE(again->up_to_date);
  EXPECT_EQ(remote_.count("BLOB"), 2U);  // the config and one layer
  EXPECT_EQ(store_->names().find("host.io/x:1").value()->descriptor.digest, young.digest);
  EXPECT_TRUE(is_named("host.io/x@" + old.digest.to_string()));
}

TEST_F(PullTest, LayersWithoutTheirBlobsCountAsThere) {
  const auto manifest = put_remote(remote_, tars_, "1");
  ASSERT_TRUE(pull("host.io/x:1"));
  const auto documents = read_documents(store_->content(), manifest).value();
  for (const auto& layer : documents.manifest->layers) ASSERT_TRUE(store_->content().remove(layer.digest));
  remote_.log.clear();
  EXPECT_TRUE(pull("host.io/x:1")->up_to_date);
  EXPECT_EQ(remote_.count("BLOB"), 0U);
}

TEST_F(PullTest, ABlobThatIsThereIsOnlyUnpacked) {
  put_remote(remote_, tars_, "1");
  for (const auto& tar : tars_) ASSERT_TRUE(store_->content().put(gzip(tar)));
  ASSERT_TRUE(pull("host.io/x:1"));
  EXPECT_EQ(remote_.count("BLOB"), 1U);  // the config
  EXPECT_EQ(layers().size(), 3U);
}

TEST_F(PullTest, ABrokenConnectionIsGoneOnFromWhereItWas) {
  put_remote(remote_, tars_, "1");
  const auto blob = content::digest_of(gzip(tars_[1]));
  remote_.faults[blob.to_string()] = {.break_after = 200'000};
  const auto broken = pull("host.io/x:1");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind(), Errc::unavailable);
  EXPECT_FALSE(is_named("host.io/x:1"));
  EXPECT_FALSE(store_->content().find(blob).value());
  remote_.faults.clear();
  remote_.log.clear();
  ASSERT_TRUE(pull("host.io/x:1"));
  EXPECT_EQ(remote_.count("BLOB " + blob.to_string() + " 200000"), 1U);
  EXPECT_TRUE(store_->content().verify(blob));
  EXPECT_TRUE(store_->content().list_ingests()->empty());
}

TEST_F(PullTest, WrongBytesOfAnEarlierTryAreFetchedAgain) {
  put_remote(remote_, tars_, "1");
  const auto blob = content::digest_of(gzip(tars_[1]));
  {
    auto ingest = store_->content().begin_ingest(ingest_ref(blob)).value();
    ASSERT_TRUE(ingest.write(as_bytes(std::string(5000, '\0'))));
  }
  const auto pulled = pull("host.io/x:1");
  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_TRUE(store_->content().verify(blob));
}

TEST_F(PullTest, WrongBytesAreAnErrorAndNothingOfThemStays) {
  put_remote(remote_, {tars_[1]}, "1");
  const auto blob = gzip(tars_[1]);
  auto forged = blob;
  forged[forged.size() / 2] = static_cast<char>(forged[forged.size() / 2] ^ 1);
  const auto digest = content::digest_of(blob);
  remote_.faults[digest.to_string()] = {.bytes = forged};
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::data_loss);
  EXPECT_THAT(pulled.error().message(), HasSubstr(digest.to_string()));
  EXPECT_FALSE(store_->content().find(digest).value());
  EXPECT_TRUE(store_->content().list_ingests()->empty());
  expect_nothing_visible();
}

TEST_F(PullTest, WrongBytesOfOneLayerEndTheWaitForAnother) {
  put_remote(remote_, tars_, "1");
  remote_.faults[content::digest_of(gzip(tars_[0])).to_string()] = {.stalls = true};
  const auto blob = gzip(tars_[1]);
  remote_.faults[content::digest_of(blob).to_string()] = {.bytes = std::string(blob.size(), 'x')};
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::data_loss);
  expect_nothing_visible();
}

TEST_F(PullTest, BytesThatAreNoArchiveAreCalledWrongByTheirDigest) {
  put_remote(remote_, {tars_[1]}, "1");
  const auto blob = gzip(tars_[1]);
  remote_.faults[content::digest_of(blob).to_string()] = {.bytes = std::string(blob.size(), 'x')};
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::data_loss);
  EXPECT_THAT(pulled.error().message(), HasSubstr("expected digest"));
  expect_nothing_visible();
}

TEST_F(PullTest, AnotherLengthThanThatOfTheDescriptorIsAnError) {
  put_remote(remote_, {tars_[1]}, "1");
  const auto blob = gzip(tars_[1]);
  const auto digest = content::digest_of(blob).to_string();
  for (const auto& bytes : {blob.substr(0, blob.size() - 100), blob + "more"}) {
    remote_.faults[digest] = {.bytes = bytes};
    const auto pulled = pull("host.io/x:1");
    ASSERT_FALSE(pulled);
    EXPECT_EQ(pulled.error().kind(), Errc::data_loss);
    expect_nothing_visible();
  }
}

TEST_F(PullTest, AnotherDiffIdThanThatOfTheConfigIsAnError) {
  put_remote(remote_, {tars_[0], tars_[1]}, "1",
             {.diff_ids = std::vector{content::digest_of(tars_[0]), content::digest_of("other")}});
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::data_loss);
  EXPECT_THAT(pulled.error().message(), HasSubstr(content::digest_of("other").to_string()));
  EXPECT_FALSE(is_named("host.io/x:1"));
  EXPECT_LE(layers().size(), 1U);
}

TEST_F(PullTest, OneLayerTwiceIsFetchedOnce) {
  put_remote(remote_, {tars_[0], tars_[1], tars_[0], tars_[1]}, "1");
  const auto pulled = pull("host.io/x:1");
  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_EQ(layers().size(), 4U);
  EXPECT_EQ(remote_.count("BLOB"), 3U);
}

TEST_F(PullTest, ManyLayersAreCommittedInOrder) {
  std::vector<std::string> tars;
  for (std::size_t i = 0; i < 100; ++i)
    tars.push_back(layer_tar({{fmt::format("f{}", i), noise(i % 7 * 100, 7)}}));
  put_remote(remote_, tars, "1");
  const auto pulled = pull("host.io/x:1");
  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_EQ(layers().size(), 100U);
}

TEST_F(PullTest, ThePlatformChoosesInAnIndex) {
  const auto amd64 = put_remote(remote_, {tars_[0]}, "");
  const auto arm64 = put_remote(remote_, {tars_[2]}, "", {.architecture = "arm64"});
  oci::Index index{.media_type = std::string(oci::media_type::kOciIndex), .manifests = {amd64, arm64}};
  index.manifests[0].platform = oci::Platform{.os = "linux", .architecture = "amd64"};
  index.manifests[1].platform = oci::Platform{.os = "linux", .architecture = "arm64"};
  const auto top = remote_.put_document(to_json_text(oci::to_json(index)), index.media_type, "1");
  EXPECT_EQ(pull("host.io/x:1")->manifest.digest, amd64.digest);
  const auto other = pull("host.io/x:1", oci::Platform{.os = "linux", .architecture = "arm64"});
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_EQ(other->manifest.digest, arm64.digest);
  EXPECT_EQ(other->target.digest, top.digest);
  EXPECT_FALSE(other->up_to_date);
  remote_.log.clear();
  EXPECT_TRUE(pull("host.io/x:1")->up_to_date);
  EXPECT_EQ(remote_.log.size(), 1U);
  const auto none = pull("host.io/x:1", oci::Platform{.os = "linux", .architecture = "s390x"});
  EXPECT_EQ(none.error().kind(), Errc::not_found);
}

TEST_F(PullTest, AnImageOfAnotherPlatformThanTheOneAskedForIsRefused) {
  put_remote(remote_, {tars_[0]}, "1", {.architecture = "s390x"});
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::not_found);
  EXPECT_THAT(pulled.error().message(), HasSubstr("linux/s390x"));
}

TEST_F(PullTest, AnArtifactIsRefusedByItsType) {
  oci::Manifest manifest{.media_type = std::string(oci::media_type::kOciManifest),
                         .artifact_type = "application/vnd.example.sbom"};
  manifest.config = {.media_type = std::string(oci::media_type::kOciEmpty),
                     .digest = oci::Digest::parse(remote_.put_blob("{}")).value(),
                     .size_bytes = 2};
  remote_.put_document(to_json_text(oci::to_json(manifest)), manifest.media_type, "1");
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::unsupported);
  EXPECT_THAT(pulled.error().message(), HasSubstr("application/vnd.example.sbom"));
}

TEST_F(PullTest, TooLittleSpaceIsSaidBeforehandWithBothNumbers) {
  auto manifest_json = Json();
  const auto small = put_remote(remote_, {tars_[0]}, "small");
  manifest_json = parse_json(remote_.documents[small.digest.to_string()].second, "manifest").value();
  manifest_json["layers"][0]["size"] = std::int64_t{1} << 60;
  remote_.put_document(manifest_json.dump(), oci::media_type::kOciManifest, "1");
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::unavailable);
  EXPECT_THAT(pulled.error().message(), HasSubstr("needed, "));
  EXPECT_EQ(remote_.count("BLOB"), 1U);  // the config
}

TEST_F(PullTest, WhatIsStoppedIsCanceled) {
  put_remote(remote_, tars_, "1");
  stop_.request_stop();
  const auto pulled = pull("host.io/x:1");
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().kind(), Errc::canceled);
  expect_nothing_visible();
}

TEST_F(PullTest, TwoPullsAtOnceFetchEachLayerOnce) {
  put_remote(remote_, tars_, "1");
  auto other_store = ImageStore::open(root_, {.driver = snapshot::Driver::copy}).value();
  Result<PullResult> other = fail(Errc::internal, "not run");
  {
    const std::jthread thread([&] {
      const auto progress = term::create_silent_progress();
      other = pull_from(
          *other_store, remote_, oci::Reference::parse("host.io/x:1").value(),
          {.platform = oci::Platform{.os = "linux", .architecture = "amd64"}, .progress = *progress});
    });
    const auto mine = pull("host.io/x:1");
    EXPECT_TRUE(mine) << mine.error().message();
  }
  EXPECT_TRUE(other) << other.error().message();
  for (const auto& tar : tars_) {
    EXPECT_EQ(remote_.count("BLOB " + content::digest_of(gzip(tar)).to_string()), 1U);
  }
  EXPECT_EQ(layers().size(), 3U);
}

}  // namespace
}  // namespace corten::image
