#include "image/collect.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "codec/tar_writer.hpp"
#include "content/lease.hpp"
#include "image/check.hpp"
#include "image/disk_usage.hpp"
#include "image/remove.hpp"
#include "image/testing_images.hpp"

namespace corten::image {
namespace {

using testing::ImageTest;

std::string tar_of(const std::string& file) {
  MemorySink out;
  codec::TarWriter writer(out);
  MemorySource body(file);
  EXPECT_TRUE(writer.add({.name = file, .mode = 0644, .size = file.size()}, body));
  EXPECT_TRUE(writer.finish());
  return out.take();
}

class CollectTest : public ImageTest {
 protected:
  // An image of these layers, unpacked.
  oci::Descriptor put_unpacked(const std::vector<std::string>& files) {
    std::vector<std::string> layers;
    for (const auto& file : files) layers.push_back(tar_of(file));
    const auto image = put(layers);
    auto* const snapshots = *store_->snapshots();
    const auto documents = read_documents(store_->content(), image);
    EXPECT_TRUE(documents) << documents.error().message();
    const auto chains = chain_ids_of(documents->config.value());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      auto writer = snapshots->begin_layer();
      EXPECT_TRUE(writer) << writer.error().message();
      MemorySource tar(layers[i]);
      EXPECT_TRUE((*writer)->apply(tar));
      const auto parent = i == 0 ? std::nullopt : std::optional(chains[i - 1]);
      const auto committed = snapshots->commit(
          std::move(*writer),
          {.chain_id = chains[i], .diff_id = documents->config->rootfs.diff_ids[i], .parent = parent});
      EXPECT_TRUE(committed) << committed.error().message();
    }
    return image;
  }

  std::size_t layer_count() { return (*store_->snapshots())->list().value().size(); }
  Collected collect(bool dry_run = false) {
    auto collected =
        collect_garbage(*store_, {.keep_dead_leases = std::chrono::seconds(0), .dry_run = dry_run});
    EXPECT_TRUE(collected) << collected.error().message();
    return std::move(*collected);
  }
};

TEST_F(CollectTest, SharedLayersStayWhileAnImageNeedsThem) {
  name("small", put_unpacked({"base"}));
  name("large", put_unpacked({"base", "top", "more"}));
  EXPECT_EQ(layer_count(), 3U);
  EXPECT_TRUE(collect().layers.empty());
  ASSERT_TRUE(store_->names().remove("docker.io/library/large:latest"));
  const auto collected = collect();
  EXPECT_EQ(collected.layers.size(), 2U);
  EXPECT_EQ(collected.blobs.removed.size(), 4U) << "manifest, config and two layers";
  EXPECT_EQ(layer_count(), 1U);
}

TEST_F(CollectTest, WhatIsLostTakesNoRoom) {
  const auto lost = put({tar_of("lost")});
  name("lost", lost);
  name("fine", put({tar_of("fine")}));
  ASSERT_EQ(list_images(*store_)->images.size(), 2U) << "and both are remembered";
  ASSERT_TRUE(store_->content().remove(lost.digest));
  const auto usage = measure_disk_usage(*store_);
  ASSERT_TRUE(usage) << usage.error().message();
  std::vector<bool> empty;
  for (const auto& image : usage->images) empty.push_back(image.shared_bytes + image.unique_bytes == 0);
  EXPECT_EQ(std::ranges::count(empty, true), 1);
  EXPECT_EQ(empty.size(), 2U);
}

TEST_F(CollectTest, LayersOfAnImageInNestedIndexesStay) {
  const auto& content = store_->content();
  name("nested", testing::put_index(content, {testing::put_index(content, {put_unpacked({"base"})})}));
  EXPECT_TRUE(collect().layers.empty());
  EXPECT_EQ(layer_count(), 1U);
  const std::string texts[] = {"nested"};
  const auto removals = remove_images(*store_, texts, Force::no);
  ASSERT_TRUE(removals) << removals.error().message();
  ASSERT_EQ(removals->removed.size(), 1U);
  EXPECT_EQ(removals->removed[0].deleted_images.size(), 1U);
  EXPECT_EQ(layer_count(), 0U);
}

TEST_F(CollectTest, RemovingTheBaseLeavesWhatIsBuiltOnIt) {
  name("small", put_unpacked({"base"}));
  name("large", put_unpacked({"base", "top"}));
  ASSERT_TRUE(store_->names().remove("docker.io/library/small:latest"));
  EXPECT_TRUE(collect().layers.empty());
  EXPECT_EQ(layer_count(), 2U);
  EXPECT_TRUE(find_image(*store_, "large"));
}

TEST_F(CollectTest, LeasedAndActiveLayersStay) {
  const auto image = put_unpacked({"base", "top"});
  const auto documents = read_documents(store_->content(), image).value();
  const auto chains = chain_ids_of(documents.config.value());
  {
    auto lease = content::Lease::create(store_->content());
    ASSERT_TRUE(lease);
    ASSERT_TRUE(lease->hold(chains[1]));
    EXPECT_TRUE(collect().layers.empty());
  }
  auto* const snapshots = *store_->snapshots();
  ASSERT_TRUE(snapshots->prepare("c1", chains[0], snapshot::Access::read_write));
  const auto collected = collect();
  ASSERT_EQ(collected.layers.size(), 1U);
  EXPECT_EQ(collected.layers[0], chains[1]);
  ASSERT_TRUE(snapshots->remove_active("c1"));
  EXPECT_EQ(collect().layers.size(), 1U);
  EXPECT_EQ(layer_count(), 0U);
}

TEST_F(CollectTest, WhatMayLieBelowADamagedLayerInUseStays) {
  const auto image = put_unpacked({"base", "top"});
  const auto documents = read_documents(store_->content(), image).value();
  const auto chains = chain_ids_of(documents.config.value());
  auto* const snapshots = *store_->snapshots();
  ASSERT_TRUE(snapshots->prepare("c1", chains[1], snapshot::Access::read_write));
  const auto record = sys::open(root_ + "/layers/" + chains[1].hex() + "/record.json", O_WRONLY | O_TRUNC);
  ASSERT_TRUE(record);
  EXPECT_TRUE(collect().layers.empty());
  EXPECT_EQ(layer_count(), 1U);
  ASSERT_TRUE(snapshots->remove_active("c1"));
  EXPECT_EQ(collect().layers.size(), 1U);
}

TEST_F(CollectTest, ADryRunOnlyTells) {
  (void)put_unpacked({"base"});
  const auto told = collect(true);
  EXPECT_EQ(told.layers.size(), 1U);
  EXPECT_EQ(layer_count(), 1U);
}

TEST_F(CollectTest, WhatDeadProcessesLeftGoes) {
  name("a", put_unpacked({"base"}));
  for (const auto* leftover : {"/layers/.new-1", "/layers/.old-2"}) {
    ASSERT_EQ(::mkdir((root_ + leftover).c_str(), 0700), 0);
    const auto file = sys::open(root_ + leftover + "/file", O_WRONLY | O_CREAT, 0600);
    ASSERT_TRUE(file);
    ASSERT_TRUE(sys::write_all(*file, as_bytes("half")));
  }
  EXPECT_EQ(measure_disk_usage(*store_)->leftovers.bytes, 8U);
  EXPECT_EQ(check_store(*store_, CheckDepth::quick)->notes.size(), 1U);
  EXPECT_EQ(collect(true).leftover_bytes, 0U);
  EXPECT_EQ(collect().leftover_bytes, 8U);
  EXPECT_EQ(measure_disk_usage(*store_)->leftovers.count, 0U);
  EXPECT_EQ(layer_count(), 1U);
}

TEST_F(CollectTest, UnnamedImagesStay) {
  ASSERT_TRUE(store_->names().add_unnamed(put_unpacked({"base"})));
  EXPECT_TRUE(collect().layers.empty());
  EXPECT_EQ(layer_count(), 1U);
}

TEST_F(CollectTest, AConfigThatCannotBeReadStopsTheRemovalOfLayers) {
  name("a", put_unpacked({"base"}));
  const auto id = find_image(*store_, "a").value().image.summary.id;
  const auto path = root_ + "/blobs/sha256/" + id.hex();
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  const auto file = sys::open(path, O_WRONLY | O_TRUNC);
  ASSERT_TRUE(file);
  ASSERT_TRUE(sys::write_all(*file, as_bytes("{}")));
  EXPECT_FALSE(collect_garbage(*store_, {}));
  EXPECT_EQ(layer_count(), 1U);
}

}  // namespace
}  // namespace corten::image
