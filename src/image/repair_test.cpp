#include "image/repair.hpp"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/blob_sources.hpp"
#include "image/fault.hpp"
#include "image/layer_unpack.hpp"
#include "image/prune.hpp"
#include "image/relayer.hpp"
#include "image/repair_one.hpp"
#include "image/testing_images.hpp"
#include "oci/index.hpp"
#include "sys/names.hpp"

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
  void damage(const oci::Digest& digest, std::string_view bytes = "rotten") {
    const auto path = "blobs/sha256/" + digest.hex();
    ASSERT_TRUE(sys::unlinkat(store_->content().directory(), path));
    const auto file = sys::openat(store_->content().directory(), path, O_CREAT | O_WRONLY, 0444);
    ASSERT_TRUE(file && sys::write_all(*file, as_bytes(bytes)));
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

TEST_F(RepairTest, AnImageThatWasRemovedMeanwhileIsNotUnpackedAgain) {
  unpack();
  ASSERT_TRUE(store_->snapshots().value()->remove(names_[1].chain_id));
  const auto gone = put({empty_tar(4)});
  ASSERT_TRUE(store_->content().remove(gone.digest));
  const oci::Descriptor images[] = {gone, image_};
  const auto done = unpack_again(*store_, images, {});
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->size(), 1U);
  EXPECT_TRUE(check().problems.empty());
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
  ASSERT_TRUE(snapshots->commit(std::move(*writer), wrong));
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

TEST_F(RepairTest, BlobsAreDroppedBesideAnImageThatIsLost) {
  ASSERT_TRUE(note_blob_sources(*store_, blobs_, "docker.io/library/a"));
  unpack();
  const auto lost = put({"lost"});
  name("docker.io/library/lost:1", lost);
  const auto config = summarize(*store_, lost)->id;
  ASSERT_TRUE(store_->content().remove(config));
  const auto dropped = drop_layer_blobs(*store_);
  ASSERT_TRUE(dropped) << dropped.error().message();
  EXPECT_EQ(dropped->removed.size(), 2U);
}

TEST_F(RepairTest, ALayerThatIsNeitherUnpackedNorABlobIsTold) {
  unpack();
  ASSERT_TRUE(store_->snapshots().value()->remove(names_[1].chain_id));
  ASSERT_TRUE(store_->content().remove(blobs_[1]));
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_EQ(repaired->rest.problems.size(), 2U);
}

TEST_F(RepairTest, OnlyWrongBytesAreDamage) {
  Inventory inventory;
  CheckReport report;
  const auto& blob = blobs_[0];
  const auto tell = [&](Errc kind, int errnum) {
    return tell_blob_fault(blob, Error(kind, "reading", errnum), inventory, report);
  };
  for (const int errnum : {EACCES, EMFILE, ENOMEM}) EXPECT_FALSE(tell(errc_from_errno(errnum), errnum));
  EXPECT_TRUE(tell(Errc::not_found, ENOENT));
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_TRUE(tell(Errc::data_loss, EIO));
  EXPECT_TRUE(tell(Errc::data_loss, 0));
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_EQ(report.problems[0].kind, Problem::Kind::unreadable);
  EXPECT_EQ(report.problems[1].kind, Problem::Kind::damaged_blob);
}

TEST_F(RepairTest, NamesThatCannotBeReadAreNotWrong) {
  ASSERT_TRUE(sys::unlinkat(store_->content().directory(), "index.json"));
  ASSERT_TRUE(sys::mkdirat(store_->content().directory(), "index.json", 0700));
  EXPECT_FALSE(check_store(*store_, CheckDepth::quick));
  EXPECT_FALSE(repair_layout(root_));
}

TEST_F(RepairTest, DamageThatCouldNotBeRemovedIsTold) {
  auto lease = content::Lease::create(store_->content());
  ASSERT_TRUE(lease && lease->hold(blobs_[1]));
  damage(blobs_[1]);
  name("docker.io/library/lost:1",
       {.media_type = image_.media_type, .digest = content::digest_of("lost"), .size_bytes = 4});
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_THAT(repaired->done, Contains(HasSubstr("dropped the name")));
  ASSERT_EQ(repaired->rest.problems.size(), 1U);
  EXPECT_EQ(repaired->rest.problems[0].kind, Problem::Kind::damaged_blob);
}

// Others pull while a check reads: what was lost then may be there now.
TEST_F(RepairTest, ANameIsForgottenOnlyWhileItsImageIsLost) {
  const auto entry_of = [&](const oci::Descriptor& target) {
    return content::NamedDescriptor{.name = "docker.io/library/a:1", .descriptor = target};
  };
  EXPECT_FALSE(forget_if_lost(*store_, entry_of(image_)).value()) << "it is there";
  ASSERT_TRUE(store_->content().remove(image_.digest));
  auto other = image_;
  other.digest = content::digest_of("another");
  EXPECT_FALSE(forget_if_lost(*store_, entry_of(other)).value()) << "the name stands for something else";
  EXPECT_TRUE(store_->names().find("docker.io/library/a:1").value());
  EXPECT_TRUE(forget_if_lost(*store_, entry_of(image_)).value());
  EXPECT_FALSE(store_->names().find("docker.io/library/a:1").value());
}

TEST_F(RepairTest, ABlobIsRemovedOnlyWhileItIsDamaged) {
  EXPECT_FALSE(remove_if_damaged(store_->content(), blobs_[0]).value()) << "it is whole";
  EXPECT_FALSE(remove_if_damaged(store_->content(), content::digest_of("none")).value());
  damage(blobs_[0]);
  EXPECT_TRUE(remove_if_damaged(store_->content(), blobs_[0]).value());
  EXPECT_FALSE(store_->content().find(blobs_[0]).value());
}

TEST_F(RepairTest, ABlobThatWasCutShortIsSeenByItsSize) {
  const auto whole = store_->content().read_blob(blobs_[0], 10'000);
  ASSERT_TRUE(whole);
  damage(blobs_[0], std::string_view(*whole).substr(0, 512));
  const auto report = check_store(*store_, CheckDepth::quick);
  ASSERT_TRUE(report) << report.error().message();
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->problems[0].kind, Problem::Kind::damaged_blob);
}

// An index stays as long as one image of it is here.
TEST_F(RepairTest, ADamagedManifestOfAnIndexLeavesTheOthers) {
  const auto other = put({empty_tar(2)}, {.architecture = "arm64"});
  oci::Index index{.media_type = std::string(oci::media_type::kOciIndex)};
  index.manifests = {image_, other};
  const auto text = to_json_text(oci::to_json(index));
  const auto digest = store_->content().put(text);
  ASSERT_TRUE(digest);
  name("docker.io/library/both:1", {.media_type = index.media_type,
                                    .digest = *digest,
                                    .size_bytes = static_cast<std::int64_t>(text.size())});
  damage(other.digest);
  const auto repaired = repair_store(*store_, CheckDepth::full);
  ASSERT_TRUE(repaired) << repaired.error().message();
  EXPECT_THAT(repaired->rest.problems, IsEmpty());
  EXPECT_TRUE(store_->names().find("docker.io/library/both:1").value());
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
