#include "image/repair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/blob_sources.hpp"
#include "image/layer_unpack.hpp"
#include "image/prune.hpp"
#include "image/testing_images.hpp"

namespace corten::image {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::ImageTest;
using ::testing::IsEmpty;

// Archives without entries: two zero blocks, and any number after them.
std::string empty_tar(std::size_t blocks) { return std::string(blocks * 512, '\0'); }

class RepairTest : public ImageTest {
 protected:
  void SetUp() override {
    ImageTest::SetUp();
    image_ = put({empty_tar(2), empty_tar(3)});
    name("docker.io/library/a:1", image_);
    const auto documents = read_documents(store_->content(), image_);
    ASSERT_TRUE(documents);
    names_ = layer_names(documents->config.value()).value();
    for (const auto& layer : documents->manifest->layers) blobs_.push_back(layer.digest);
  }
  void unpack() {
    const std::string tars[] = {empty_tar(2), empty_tar(3)};
    auto* const snapshots = store_->snapshots().value();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      MemorySource source(tars[i]);
      auto writer = unpack_layer(*snapshots, source, names_[i].diff_id);
      ASSERT_TRUE(writer) << writer.error().message();
      ASSERT_TRUE(snapshots->commit(std::move(*writer), names_[i]));
    }
  }
  CheckReport check() {
    auto report = check_store(*store_, CheckDepth::full);
    EXPECT_TRUE(report) << report.error().message();
    return std::move(*report);
  }

  oci::Descriptor image_;
  std::vector<snapshot::LayerName> names_;
  std::vector<oci::Digest> blobs_;
};

TEST_F(RepairTest, AnUnpackedImageIsSound) {
  unpack();
  const auto report = check();
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(report.layers.count, 2U);
}

TEST_F(RepairTest, AMissingLayerIsUnpackedAgain) {
  unpack();
  ASSERT_TRUE(store_->snapshots().value()->remove(names_[1].chain_id));
  const auto report = check();
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].kind, Problem::Kind::missing_layer);
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_THAT(repaired->done, Contains(HasSubstr("unpacked layer '" + names_[1].chain_id.to_string())));
  EXPECT_TRUE(repaired->rest.problems.empty());
  EXPECT_TRUE(store_->snapshots().value()->find(names_[1].chain_id).value());
}

TEST_F(RepairTest, ImagesInNestedIndexesAreCheckedToo) {
  const auto& content = store_->content();
  name("docker.io/library/a:1", testing::put_index(content, {testing::put_index(content, {image_})}));
  unpack();
  EXPECT_TRUE(check().problems.empty());
  ASSERT_TRUE(store_->snapshots().value()->remove(names_[1].chain_id));
  EXPECT_EQ(check().problems.size(), 1U);
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_TRUE(repaired->rest.problems.empty());
}

TEST_F(RepairTest, ALayerWithADamagedRecordIsUnpackedAgainWithThoseOnIt) {
  unpack();
  const auto directory = sys::open(root_ + "/layers/" + names_[0].chain_id.hex(), O_PATH | O_DIRECTORY);
  ASSERT_TRUE(directory);
  {
    const auto record = sys::openat(*directory, "record.json", O_WRONLY | O_TRUNC);
    ASSERT_TRUE(record);
  }
  EXPECT_FALSE(check().problems.empty());
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_TRUE(repaired->rest.problems.empty());
  EXPECT_EQ(store_->snapshots().value()->list()->size(), 2U);
}

TEST_F(RepairTest, ALayerOfAnotherNameIsRemoved) {
  auto wrong = names_[0];
  wrong.chain_id = content::digest_of("not the chain id");
  const auto tar = empty_tar(2);
  auto* const snapshots = store_->snapshots().value();
  MemorySource source(tar);
  auto writer = unpack_layer(*snapshots, source, wrong.diff_id);
  ASSERT_TRUE(writer);
  if (!snapshots->commit(std::move(*writer), wrong))
    GTEST_SKIP() << "the snapshotter refuses such names itself";
  ASSERT_EQ(check().problems.size(), 1U);
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_TRUE(repaired->rest.problems.empty());
  EXPECT_FALSE(snapshots->find(wrong.chain_id).value());
}

TEST_F(RepairTest, FilesThatCouldNotGetTheirOwnersAreNoted) {
  unpack();
  EXPECT_THAT(check().notes, IsEmpty());
  const auto path = root_ + "/layers/" + names_[0].chain_id.hex();
  const auto directory = sys::open(path, O_PATH | O_DIRECTORY).value();
  auto record = sys::read_file(directory, "record.json", 4096).value();
  record.replace(record.rfind('}'), 1, R"(,"foreignOwners":2})");
  {
    const auto file = sys::openat(directory, "record.json", O_WRONLY | O_TRUNC).value();
    ASSERT_TRUE(sys::write_all(file, as_bytes(record)));
  }
  const auto report = check();
  EXPECT_THAT(report.problems, IsEmpty());
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_THAT(report.notes[0], HasSubstr("2 in 1 of 2 layers"));
}

TEST_F(RepairTest, AnImageThatWasNeverUnpackedStaysSo) {
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired);
  EXPECT_THAT(repaired->done, IsEmpty());
  EXPECT_TRUE(repaired->rest.problems.empty());
}

TEST_F(RepairTest, BlobsAreDroppedOnlyIfUnpackedAndKnown) {
  ASSERT_TRUE(note_blob_sources(*store_, blobs_, "docker.io/library/a"));
  EXPECT_THAT(drop_layer_blobs(*store_).value().removed, IsEmpty()) << "not unpacked";
  unpack();
  EXPECT_EQ(drop_layer_blobs(*store_).value().removed.size(), 2U);
  EXPECT_TRUE(check().problems.empty()) << "dropped on purpose";
  EXPECT_FALSE(store_->content().find(blobs_[0]).value());
}

TEST_F(RepairTest, ALayerThatIsNeitherUnpackedNorABlobIsTold) {
  unpack();
  ASSERT_TRUE(store_->snapshots().value()->remove(names_[1].chain_id));
  ASSERT_TRUE(store_->content().remove(blobs_[1]));
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_EQ(repaired->rest.problems.size(), 2U);
}

TEST_F(RepairTest, RemovingAnImageLeavesLayersOfOthers) {
  const auto base = put({empty_tar(2)});
  name("docker.io/library/base:1", base);
  unpack();
  const std::string texts[] = {"base:1"};
  const auto first = remove_images(*store_, texts, Force::no);
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_EQ(first->removed.size(), 1U);
  EXPECT_THAT(first->removed[0].deleted_layers, IsEmpty());
  const std::string rest[] = {"a:1"};
  const auto second = remove_images(*store_, rest, Force::no);
  ASSERT_TRUE(second) << second.error().message();
  const std::vector<oci::Digest> expected = {names_[1].chain_id, names_[0].chain_id};
  EXPECT_EQ(second->removed[0].deleted_layers, expected) << "the uppermost first";
  EXPECT_THAT(store_->snapshots().value()->list().value(), IsEmpty());
}

}  // namespace
}  // namespace corten::image
