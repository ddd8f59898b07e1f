#include "content/gc.hpp"

#include <nlohmann/json.hpp>

#include "content/lease.hpp"
#include "content/once.hpp"
#include "content/store_fixture.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

namespace corten::content {
namespace {

using Descriptors = std::vector<oci::Descriptor>;

oci::Descriptor put(const Store& store, std::string_view bytes, std::string_view media_type) {
  return {.media_type = std::string(media_type),
          .digest = store.put(bytes).value(),
          .size_bytes = static_cast<std::int64_t>(bytes.size())};
}

// An image of one layer whose bytes follow from `seed`.
oci::Descriptor put_image(const Store& store, const std::string& seed) {
  oci::Manifest manifest;
  manifest.media_type = oci::media_type::kOciManifest;
  manifest.config = put(store, R"({"config of":")" + seed + "\"}", oci::media_type::kOciConfig);
  manifest.layers = {put(store, "layer of " + seed, oci::media_type::kOciLayer)};
  return put(store, to_json_text(oci::to_json(manifest)), oci::media_type::kOciManifest);
}

Result<GcResult> collect(const Store& store, const Descriptors& roots, const GcOptions& options = {}) {
  return collect_garbage(store, [&] { return Result<Descriptors>(roots); }, options);
}

TEST_F(StoreTest, GcKeepsAnImageWithConfigAndLayers) {
  const auto store = open();
  const auto kept = put_image(store, "kept");
  const auto gone = put_image(store, "gone");
  const auto result = collect(store, {kept}).value();
  EXPECT_EQ(result.removed.size(), 3U);
  EXPECT_EQ(store.list().value().size(), 3U);
  EXPECT_TRUE(store.find(kept.digest).value());
  EXPECT_FALSE(store.find(gone.digest).value());
}

TEST_F(StoreTest, GcFollowsAnIndexAndMissesNothingItNeverHad) {
  const auto store = open();
  oci::Index index;
  index.media_type = oci::media_type::kOciIndex;
  index.manifests = {put_image(store, "amd64"), put_image(store, "arm64")};
  const auto never_pulled = index.manifests[1].digest;
  ASSERT_TRUE(store.remove(never_pulled));
  const auto root = put(store, to_json_text(oci::to_json(index)), oci::media_type::kOciIndex);
  EXPECT_EQ(collect(store, {root}).value().removed.size(), 2U);  // config and layer of arm64
  EXPECT_EQ(store.list().value().size(), 4U);
}

TEST_F(StoreTest, ADryRunOnlySays) {
  const auto store = open();
  put_image(store, "gone");
  const auto result = collect(store, {}, {.dry_run = true}).value();
  EXPECT_EQ(result.removed.size(), 3U);
  EXPECT_GT(result.removed_bytes, 0U);
  EXPECT_EQ(store.list().value().size(), 3U);
}

TEST_F(StoreTest, BlobsThatCanBeHadAgainGoUnlessLeased) {
  const auto store = open();
  const auto one = store.put("one").value();
  const auto two = store.put("two").value();
  const auto rest = store.put("rest").value();
  auto lease = Lease::create(store).value();
  ASSERT_TRUE(lease.hold(two));
  const auto find = [&] { return Result<std::vector<oci::Digest>>({one, two, one}); };
  EXPECT_EQ(remove_blobs(store, find, {.dry_run = true}).value().removed.size(), 1U);
  EXPECT_EQ(store.list().value().size(), 3U);
  const auto result = remove_blobs(store, find).value();
  ASSERT_EQ(result.removed.size(), 1U);
  EXPECT_EQ(result.removed[0].digest, one);
  EXPECT_EQ(result.removed_bytes, 3U);
  EXPECT_TRUE(store.find(two).value());
  EXPECT_TRUE(store.find(rest).value());
}

TEST_F(StoreTest, ADamagedManifestStopsGcBeforeItRemovesAnything) {
  const auto store = open();
  put_image(store, "other");
  const auto bad = put(store, "not a manifest", oci::media_type::kOciManifest);
  EXPECT_FALSE(collect(store, {bad}));
  EXPECT_EQ(store.list().value().size(), 4U);
}

TEST_F(StoreTest, AnImageNamedWhileGcLooksIsKept) {
  const auto store = open();
  auto lease = std::make_optional(Lease::create(store).value());
  const auto image = put_image(store, "new");
  const auto blobs = store.list().value();
  for (const auto& blob : blobs) ASSERT_TRUE(lease->hold(blob.digest));
  Descriptors names;
  // The pull ends between gc's look at the names and its look at anything after that.
  const auto find_roots = [&] {
    const auto seen = names;
    names.push_back(image);
    lease.reset();
    return Result<Descriptors>(seen);
  };
  EXPECT_TRUE(collect_garbage(store, find_roots, {}).value().removed.empty());
}

TEST_F(StoreTest, AnImageCannotMakeGcForgetWhatAnotherOneNames) {
  const auto store = open();
  const auto victim = put_image(store, "victim");
  oci::Manifest evil;
  evil.media_type = oci::media_type::kOciManifest;
  evil.config = put(store, "{}", oci::media_type::kOciConfig);
  evil.layers = {victim};
  evil.layers[0].media_type = oci::media_type::kOciLayer;
  const auto attacker = put(store, to_json_text(oci::to_json(evil)), oci::media_type::kOciManifest);
  EXPECT_TRUE(collect(store, {victim, attacker}).value().removed.empty());
  EXPECT_TRUE(collect(store, {attacker, victim}).value().removed.empty());
}

TEST_F(StoreTest, AnIndexThatCallsALayerAManifestDoesNotStopGc) {
  const auto store = open();
  const auto image = put_image(store, "good");
  const auto layer = digest_of("layer of good");
  oci::Index index;
  index.media_type = oci::media_type::kOciIndex;
  index.manifests = {image};
  index.manifests[0].digest = layer;
  index.manifests[0].size_bytes = 13;
  const auto odd = put(store, to_json_text(oci::to_json(index)), oci::media_type::kOciIndex);
  const auto result = collect(store, {image, odd}).value();
  EXPECT_TRUE(result.removed.empty());
  EXPECT_EQ(result.not_documents, std::vector{layer});
}

TEST_F(StoreTest, OldIngestsGoUnlessSomebodyWritesThem) {
  const auto store = open();
  {
    ASSERT_TRUE(store.begin_ingest("left").value().write(as_bytes("abc")));
  }
  const auto busy = store.begin_ingest("busy").value();
  EXPECT_EQ(collect(store, {}).value().removed_ingests, 0U);
  EXPECT_EQ(collect(store, {}, {.keep_ingests = std::chrono::seconds{0}}).value().removed_ingests, 1U);
  EXPECT_EQ(store.list_ingests().value().at(0).ref, "busy");
}

TEST_F(StoreTest, AnIngestThatNobodyGoesOnWithGoesAtOnce) {
  const auto store = open();
  {
    ASSERT_TRUE(store.begin_ingest(once_name().value()).value().write(as_bytes("left")));
  }
  const auto busy_ref = once_name().value();
  const auto busy = store.begin_ingest(busy_ref).value();
  EXPECT_EQ(collect(store, {}, {.dry_run = true}).value().removed_ingests, 1U);
  EXPECT_EQ(store.list_ingests().value().size(), 2U);
  EXPECT_EQ(collect(store, {}).value().removed_ingests, 1U);
  EXPECT_EQ(store.list_ingests().value().at(0).ref, busy_ref);
}

}  // namespace
}  // namespace corten::content
