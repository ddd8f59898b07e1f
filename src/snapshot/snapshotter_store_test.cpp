#include <algorithm>
#include <thread>

#include <gmock/gmock.h>

#include "snapshot/snapshotter_suite.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

// Names, records and what several processes do at once.
namespace corten::snapshot::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  const auto directory = sys::open(path, O_RDONLY | O_DIRECTORY).value();
  const auto entries = sys::read_directory(directory).value();
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

TEST_P(SnapshotterSuite, ALayerIsFoundUnderItsName) {
  EXPECT_FALSE(*snapshots().find(digest_number(1)));
  const auto made = add(LayerTar().file("a", "123"), 1);
  const auto found = *snapshots().find(digest_number(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, made.name);
  EXPECT_EQ(found->size_bytes, 3U);
  EXPECT_EQ(found->entries, 1U);
  EXPECT_EQ(found->created, made.created);
  add(LayerTar().file("b"), 2, 1);
  const auto all = *snapshots().list();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].name.parent, digest_number(1));
  // Another process sees the same.
  EXPECT_EQ((*open_snapshotter(store()))->list()->size(), 2U);
  EXPECT_EQ((*open_snapshotter(store()))->driver(), snapshots().driver());
}

TEST_P(SnapshotterSuite, AStoreBelongsToOneDriver) {
  const auto other = GetParam() == Driver::copy ? Driver::overlay : Driver::copy;
  const auto opened = open_snapshotter(store(), other);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), Errc::failed_precondition);
}

// CVE-2021-41091: other users of the host must not reach setuid programs in layers.
TEST_P(SnapshotterSuite, OtherUsersCannotReachTheFiles) {
  for (const char* name : {"layers", "links", "active"}) {
    EXPECT_EQ(sys::fstatat(scratch().fd(), std::string("store/") + name)->permissions, 0700U) << name;
  }
  ASSERT_TRUE(sys::fchmodat(scratch().fd(), "store/layers", 0755));
  ASSERT_TRUE(open_snapshotter(store()));
  EXPECT_EQ(sys::fstatat(scratch().fd(), "store/layers")->permissions, 0700U);
}

TEST_P(SnapshotterSuite, CommittingWhatIsThereIsSuccess) {
  const auto first = add(LayerTar().file("a", "1"), 1);
  const auto second = add(LayerTar().file("a", "1"), 1);
  EXPECT_EQ(first.created, second.created);
  EXPECT_EQ(names_in(store() + "/layers").size(), 1U);
}

TEST_P(SnapshotterSuite, TheParentMustBeThere) {
  const auto info = add_layer(snapshots(), LayerTar().file("a"), 2, 1);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(names_in(store() + "/layers"), IsEmpty());
}

TEST_P(SnapshotterSuite, ALayerThatFailedToUnpackIsNotCommitted) {
  auto writer = *snapshots().begin_layer();
  const auto bytes = LayerTar().file("a", std::string(5000, 'x')).bytes().substr(0, 2000);
  MemorySource source(bytes);
  const auto applied = writer->apply(source);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind(), Errc::data_loss);
  const auto info =
      snapshots().commit(std::move(writer), {.chain_id = digest_number(1), .diff_id = digest_number(2)});
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(names_in(store() + "/layers"), IsEmpty());
}

TEST_P(SnapshotterSuite, TheSourceIsReadToItsEnd) {
  auto writer = *snapshots().begin_layer();
  const auto bytes = LayerTar().file("a").bytes() + std::string(10240, '\0');
  MemorySource source(bytes);
  ASSERT_TRUE(writer->apply(source));
  std::uint8_t rest[1];
  EXPECT_EQ(*source.read(rest), 0U);
}

TEST_P(SnapshotterSuite, ManyCommitOneLayerAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> committed = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (add_layer(snapshots(), LayerTar().file("a", "same"), 1)) ++committed;
    });
  }
  threads.clear();
  EXPECT_EQ(committed, 4);
  EXPECT_EQ(names_in(store() + "/layers").size(), 1U);
  EXPECT_EQ(names_in(store() + "/links").size(), GetParam() == Driver::overlay ? 1U : 0U);
  EXPECT_TRUE(snapshots().verify(digest_number(1)));
}

TEST_P(SnapshotterSuite, RemoveWantsNothingOnTop) {
  add(LayerTar().file("a"), 1);
  add(LayerTar().file("b"), 2, 1);
  EXPECT_EQ(snapshots().remove(digest_number(1)).error().kind(), Errc::failed_precondition);
  ASSERT_TRUE(snapshots().prepare("box", digest_number(2), Access::read_write));
  EXPECT_EQ(snapshots().remove(digest_number(2)).error().kind(), Errc::failed_precondition);
  EXPECT_TRUE(snapshots().remove_active("box"));
  EXPECT_TRUE(snapshots().remove(digest_number(2)));
  EXPECT_TRUE(snapshots().remove(digest_number(1)));
  EXPECT_TRUE(snapshots().remove(digest_number(1)));
  EXPECT_TRUE(snapshots().list()->empty());
  EXPECT_THAT(names_in(store() + "/layers"), IsEmpty());
  EXPECT_THAT(names_in(store() + "/links"), IsEmpty());
}

TEST_P(SnapshotterSuite, KeysOfActiveSnapshotsAreChecked) {
  add(LayerTar().file("a"), 1);
  for (const std::string key : {"", ".", "..", ".x", "a/b", "a b"}) {
    const auto mount = snapshots().prepare(key, std::nullopt, Access::read_write);
    ASSERT_FALSE(mount) << key;
    EXPECT_EQ(mount.error().kind(), Errc::invalid_argument) << key;
  }
  EXPECT_TRUE(snapshots().prepare(std::string(128, 'k'), digest_number(1), Access::read_write));
  EXPECT_EQ(snapshots().prepare("k", digest_number(9), Access::read_only).error().kind(), Errc::not_found);
  ASSERT_TRUE(snapshots().prepare("k", digest_number(1), Access::read_only));
  EXPECT_EQ(snapshots().prepare("k", std::nullopt, Access::read_write).error().kind(), Errc::already_exists);
  EXPECT_EQ(snapshots().mount_of("other").error().kind(), Errc::not_found);
  const auto active = *snapshots().list_active();
  ASSERT_EQ(active.size(), 2U);
  EXPECT_EQ(active[0].key, "k");
  EXPECT_EQ(active[0].access, Access::read_only);
  EXPECT_EQ(active[0].parent, digest_number(1));
  EXPECT_TRUE(snapshots().remove_active("k"));
  EXPECT_TRUE(snapshots().remove_active("k"));
  EXPECT_EQ(snapshots().list_active()->size(), 1U);
}

TEST_P(SnapshotterSuite, WhatWasWrittenStaysAndIsMeasured) {
  add(LayerTar().file("big", std::string(5000, 'b')).file("small", "s"), 1);
  const auto mount = snapshots().prepare("box", digest_number(1), Access::read_write);
  ASSERT_TRUE(mount) << mount.error().message();
  EXPECT_EQ(*snapshots().measure_active("box"), 0U);
  scratch().mkdir("mnt");
  const auto in_box = [&](const std::function<std::string(sys::BorrowedFd)>& body) {
    return [&, body]() -> std::string {
      if (auto bad = sys::test::enter_private_mounts(); !bad.empty()) return bad;
      const auto target = sys::open(scratch().path("mnt"), O_PATH | O_DIRECTORY);
      const auto again = snapshots().mount_of("box");
      CHILD_TRY(again);
      CHILD_TRY(mount_rootfs(*again, *target));
      const auto root = sys::open(scratch().path("mnt"), O_RDONLY | O_DIRECTORY);
      CHILD_TRY(root);
      return body(*root);
    };
  };
  EXPECT_CHILD_PASSES(in_box([](sys::BorrowedFd root) -> std::string {
    auto file = sys::openat(root, "small", O_WRONLY | O_TRUNC);
    CHILD_TRY(file);
    CHILD_TRY(sys::write_all(*file, as_bytes("seven b")));
    CHILD_TRY(sys::unlinkat(root, "big"));
    return {};
  }));
  EXPECT_EQ(*snapshots().measure_active("box"), 7U);
  EXPECT_CHILD_PASSES(in_box([](sys::BorrowedFd root) -> std::string {
    VIEW_IS(root, "small", "file 0644 0:0 'seven b'");
    VIEW_IS(root, "big", "none");
    return {};
  }));
  // The layer is as it was.
  EXPECT_TRUE(snapshots().verify(digest_number(1)));
}

TEST_P(SnapshotterSuite, AnEmptyRootCanBeWritten) {
  const auto mount = snapshots().prepare("empty", std::nullopt, Access::read_write);
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->type, "bind");
  EXPECT_THAT(names_in(mount->source), IsEmpty());
}

TEST_P(SnapshotterSuite, DamageIsFound) {
  add(LayerTar().file("a", "123").directory("d").file("d/b"), 1);
  EXPECT_TRUE(snapshots().verify(digest_number(1)));
  EXPECT_EQ(snapshots().verify(digest_number(2)).error().kind(), Errc::not_found);
  const auto tree = store() + "/layers/" + digest_number(1).hex() + "/fs";
  const auto directory = sys::open(tree, O_RDONLY | O_DIRECTORY).value();
  ASSERT_TRUE(sys::ftruncate(sys::openat(directory, "a", O_WRONLY).value(), 2));
  EXPECT_THAT(snapshots().verify(digest_number(1)).error().message(), HasSubstr("2 bytes, not 3"));
  ASSERT_TRUE(sys::unlinkat(directory, "d/b"));
  EXPECT_THAT(snapshots().verify(digest_number(1)).error().message(), HasSubstr("2 entries, not 3"));
}

TEST_P(SnapshotterSuite, ALayerWithADamagedRecordIsSwept) {
  add(LayerTar().file("a"), 1);
  const auto record = "store/layers/" + digest_number(1).hex() + "/record.json";
  scratch().write(record, "{");
  EXPECT_EQ(snapshots().find(digest_number(1)).error().kind(), Errc::data_loss);
  EXPECT_TRUE(snapshots().list()->empty());
  EXPECT_GE(*snapshots().sweep(), 1U);
  EXPECT_FALSE(*snapshots().find(digest_number(1)));
  EXPECT_THAT(names_in(store() + "/links"), IsEmpty());
  add(LayerTar().file("a"), 1);
}

TEST_P(SnapshotterSuite, ADamagedLayerStaysWhileSomethingLiesOnIt) {
  const auto record_of = [](std::uint64_t number) {
    return "store/layers/" + digest_number(number).hex() + "/record.json";
  };
  add(LayerTar().file("lowest"), 1);
  add(LayerTar().file("middle"), 2, 1);
  add(LayerTar().file("top"), 3, 2);
  ASSERT_TRUE(snapshots().prepare("box", digest_number(3), Access::read_write));
  // What a damaged layer lies on is unknown, so the lowest stays with the middle one.
  scratch().write(record_of(1), "{");
  scratch().write(record_of(2), "{");
  EXPECT_EQ(*snapshots().sweep(), 0U);
  scratch().write(record_of(3), "{");
  EXPECT_EQ(*snapshots().sweep(), 0U);
  EXPECT_EQ(names_in(store() + "/layers").size(), 3U);
  ASSERT_TRUE(snapshots().remove_active("box"));
  EXPECT_GE(*snapshots().sweep(), 3U);
  EXPECT_THAT(names_in(store() + "/layers"), IsEmpty());
}

TEST_P(SnapshotterSuite, ARecordThatCannotBeReadIsNotDamage) {
  add(LayerTar().file("a"), 1);
  add(LayerTar().file("b"), 2);
  const auto directory = "store/layers/" + digest_number(1).hex();
  ASSERT_TRUE(sys::unlinkat(scratch().fd(), directory + "/record.json"));
  scratch().mkdir(directory + "/record.json");
  scratch().write("store/layers/" + digest_number(2).hex() + "/record.json", "{");
  EXPECT_EQ(*snapshots().sweep(), 0U);
  EXPECT_EQ(names_in(store() + "/layers").size(), 2U) << "the one may lie on the other";
}

TEST_P(SnapshotterSuite, ASweepMindsNoneThatIsDroppedMeanwhile) {
  std::atomic<bool> done = false;
  std::jthread dropper([&] {
    for (int i = 0; i < 300; ++i) (*snapshots().begin_layer()).reset();
    done = true;
  });
  const auto other = open_snapshotter(store()).value();
  while (!done) {
    const auto swept = other->sweep();
    ASSERT_TRUE(swept) << swept.error().message();
    const auto measured = other->measure_leftovers();
    ASSERT_TRUE(measured) << measured.error().message();
  }
  dropper.join();
  EXPECT_THAT(names_in(store() + "/layers"), IsEmpty());
}

TEST_P(SnapshotterSuite, LeftoversAreMeasuredAndRemovedApart) {
  add(LayerTar().file("kept"), 1);
  scratch().write("store/layers/" + digest_number(1).hex() + "/record.json", "{");
  const auto living = *snapshots().begin_layer();
  scratch().mkdir("store/layers/.new-1");
  scratch().write("store/layers/.new-1/file", "123");
  scratch().mkdir("store/active/.old-1");
  scratch().write("store/active/.old-1/file", "4567");
  const auto measured = snapshots().measure_leftovers().value();
  EXPECT_EQ(measured.count, 2U);
  EXPECT_EQ(measured.size_bytes, 7U);
  const auto removed = snapshots().remove_leftovers().value();
  EXPECT_EQ(removed.count, 2U);
  EXPECT_EQ(removed.size_bytes, 7U);
  EXPECT_EQ(snapshots().measure_leftovers()->count, 0U);
  EXPECT_EQ(names_in(store() + "/layers").size(), 2U) << "the living one, and the damaged one for sweep()";
}

TEST_P(SnapshotterSuite, LeftoversOfTheDeadAreSweptAndTheLivingAreNot) {
  add(LayerTar().file("kept"), 1);
  auto living = *snapshots().begin_layer();
  // A child that is killed while it unpacks.
  EXPECT_CHILD_PASSES([&]() -> std::string {
    auto writer = snapshots().begin_layer();
    CHILD_TRY(writer);
    const auto bytes = LayerTar().file("a/b/c", "dead").bytes();
    MemorySource source(bytes);
    CHILD_TRY((*writer)->apply(source));
    (void)writer->release();
    return {};
  });
  ASSERT_EQ(names_in(store() + "/layers").size(), 3U);
  EXPECT_EQ(*snapshots().sweep(), 1U);
  EXPECT_EQ(names_in(store() + "/layers").size(), 2U);
  EXPECT_EQ(*snapshots().sweep(), 0U);
  const auto bytes = LayerTar().file("alive").bytes();
  MemorySource source(bytes);
  ASSERT_TRUE(living->apply(source));
  EXPECT_TRUE(
      snapshots().commit(std::move(living), {.chain_id = digest_number(2), .diff_id = digest_number(3)}));
}

TEST_P(SnapshotterSuite, ADroppedWriterLeavesNothing) {
  (*snapshots().begin_layer()).reset();
  EXPECT_THAT(names_in(store() + "/layers"), IsEmpty());
}

}  // namespace
}  // namespace corten::snapshot::test
