#include "content/names.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "content/reserve.hpp"
#include "content/store_fixture.hpp"
#include "sys/file.hpp"

namespace corten::content {
namespace {

oci::Descriptor descriptor(std::string_view seed) {
  return {.media_type = "application/vnd.oci.image.manifest.v1+json",
          .digest = digest_of(seed),
          .size_bytes = static_cast<std::int64_t>(seed.size())};
}

TEST_F(StoreTest, NamesAreSetMovedAndRemoved) {
  const auto store = open();
  const Names names(store);
  EXPECT_EQ(names.set("docker.io/library/b:1", descriptor("one")).value(), std::nullopt);
  EXPECT_EQ(names.set("docker.io/library/a:1", descriptor("one")).value(), std::nullopt);
  EXPECT_EQ(names.set("docker.io/library/b:1", descriptor("two")).value(), descriptor("one"));
  const auto all = names.list().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "docker.io/library/a:1");
  EXPECT_EQ(all[1].descriptor, descriptor("two"));
  EXPECT_EQ(names.remove("docker.io/library/a:1").value(), descriptor("one"));
  EXPECT_EQ(names.remove("docker.io/library/a:1").value(), std::nullopt);
  EXPECT_FALSE(names.find("docker.io/library/a:1").value());
  EXPECT_EQ(names.find("docker.io/library/b:1").value()->descriptor, descriptor("two"));
}

TEST_F(StoreTest, ANameIsGivenOnlyWhileTheConditionHolds) {
  const auto store = open();
  const Names names(store);
  const auto stands_for = [](std::string_view seed) {
    return [digest = digest_of(seed)](std::span<const NamedDescriptor> entries) {
      return std::ranges::any_of(entries, [&](const auto& entry) {
        return entry.name == "a:1" && entry.descriptor.digest == digest;
      });
    };
  };
  ASSERT_TRUE(names.set("a:1", descriptor("one")));
  EXPECT_FALSE(names.set_if("a:1", descriptor("three"), stands_for("two")).value());
  EXPECT_EQ(names.find("a:1").value()->descriptor, descriptor("one"));
  EXPECT_TRUE(names.set_if("a:1", descriptor("two"), stands_for("one")).value());
  EXPECT_EQ(names.find("a:1").value()->descriptor, descriptor("two"));
  EXPECT_EQ(names.list_entries().value().size(), 1U);
  const auto keep = Names::Displaced::keep_unnamed;
  EXPECT_TRUE(names.set_if("a:1", descriptor("three"), stands_for("two"), keep).value());
  EXPECT_EQ(names.list_entries().value().size(), 2U);
}

TEST_F(StoreTest, EntriesOfOtherToolsAreKept) {
  const auto store = open();
  const std::string foreign =
      R"({"schemaVersion":2,"x":1,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
      R"("digest":")" +
      digest_of("f").to_string() + R"(","size":1}]})";
  const auto fd = sys::open(path_ + "/index.json", O_WRONLY | O_TRUNC).value();
  ASSERT_TRUE(sys::write_all(fd, as_bytes(foreign)));
  const Names names(store);
  EXPECT_TRUE(names.list().value().empty());
  ASSERT_TRUE(names.set("n", descriptor("one")));
  const auto text = sys::read_file(store.directory(), "index.json", 10'000).value();
  EXPECT_NE(text.find(digest_of("f").to_string()), std::string::npos);
  EXPECT_NE(text.find(R"("x":1)"), std::string::npos);
}

TEST_F(StoreTest, AnImageThatLosesItsLastNameMayStayUnnamed) {
  const auto store = open();
  const Names names(store);
  ASSERT_TRUE(names.set("a:1", descriptor("one")));
  ASSERT_TRUE(names.set("b:1", descriptor("one")));
  ASSERT_TRUE(names.set("a:1", descriptor("two"), Names::Displaced::keep_unnamed));
  EXPECT_EQ(names.list_entries().value().size(), 2U) << "'one' is still b:1";
  ASSERT_TRUE(names.set("b:1", descriptor("two"), Names::Displaced::keep_unnamed));
  const auto entries = names.list_entries().value();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].name, "");
  EXPECT_EQ(entries[0].descriptor, descriptor("one"));
  EXPECT_EQ(names.list().value().size(), 2U);
  ASSERT_TRUE(names.set("c:1", descriptor("one")));
  EXPECT_EQ(names.list_entries().value().size(), 3U) << "it has a name again";
}

TEST_F(StoreTest, UnnamedEntriesAreAddedOnce) {
  const auto store = open();
  const Names names(store);
  ASSERT_TRUE(names.add_unnamed(descriptor("one")));
  ASSERT_TRUE(names.add_unnamed(descriptor("one")));
  EXPECT_EQ(names.list_entries().value().size(), 1U);
  ASSERT_TRUE(names.set("a:1", descriptor("two")));
  ASSERT_TRUE(names.set("b:1", descriptor("two")));
  ASSERT_TRUE(names.add_unnamed(descriptor("two")));
  EXPECT_EQ(names.list_entries().value().size(), 3U) << "it has names";
}

TEST_F(StoreTest, EntriesAreRemovedOnlyAsTheyWereSeen) {
  const auto store = open();
  const Names names(store);
  ASSERT_TRUE(names.set("a:1", descriptor("one")));
  ASSERT_TRUE(names.set("b:1", descriptor("two")));
  ASSERT_TRUE(names.add_unnamed(descriptor("three")));
  const auto seen = names.list_entries().value();
  ASSERT_TRUE(names.set("b:1", descriptor("four")));
  const auto removed = names.remove_entries(seen).value();
  ASSERT_EQ(removed.size(), 2U);
  const auto rest = names.list_entries().value();
  ASSERT_EQ(rest.size(), 1U) << "b:1 went to another image meanwhile";
  EXPECT_EQ(rest[0].descriptor, descriptor("four"));
}

TEST_F(StoreTest, AnnotationsOfARegistryStayOutOfTheIndex) {
  const auto store = open();
  auto large = descriptor("one");
  large.annotations["note"] = std::string(100'000, 'x');
  large.data = "one";
  const Names names(store);
  ASSERT_TRUE(names.set("n", large));
  EXPECT_EQ(names.find("n").value()->descriptor, descriptor("one"));
}

TEST_F(StoreTest, ManyNamesAreGivenInOneWrite) {
  const auto store = open();
  const Names names(store);
  ASSERT_TRUE(names.set("a:1", descriptor("old")));
  ASSERT_TRUE(names.set("b:1", descriptor("kept")));
  ASSERT_TRUE(names.add_unnamed(descriptor("one")));
  const std::vector<NamedDescriptor> wanted = {{.name = "a:1", .descriptor = descriptor("one")},
                                               {.name = "c:1", .descriptor = descriptor("lost")},
                                               {.name = "c:1", .descriptor = descriptor("two")},
                                               {.name = "", .descriptor = descriptor("nameless")},
                                               {.name = "", .descriptor = descriptor("two")}};
  ASSERT_TRUE(names.set_all(wanted, Names::Displaced::keep_unnamed));
  std::vector<std::pair<std::string, oci::Digest>> all;
  const auto entries = names.list_entries().value();
  for (const auto& entry : entries) all.emplace_back(entry.name, entry.descriptor.digest);
  std::vector<std::pair<std::string, oci::Digest>> expected = {
      {"", digest_of("old")},    {"", digest_of("lost")},    {"", digest_of("nameless")},
      {"a:1", digest_of("one")}, {"b:1", digest_of("kept")}, {"c:1", digest_of("two")}};
  std::ranges::sort(expected);
  EXPECT_EQ(all, expected);
}

TEST_F(StoreTest, OfManyNamesAllAreGivenOrNone) {
  const auto store = open();
  const Names names(store);
  auto untyped = descriptor("two");
  untyped.media_type = "";
  const std::vector<NamedDescriptor> wanted = {{.name = "a:1", .descriptor = descriptor("one")},
                                               {.name = "b:1", .descriptor = untyped}};
  EXPECT_FALSE(names.set_all(wanted));
  EXPECT_TRUE(names.list_entries().value().empty());
}

TEST_F(StoreTest, WhatCouldNotBeReadAgainIsNotWritten) {
  const auto store = open();
  const Names names(store);
  ASSERT_TRUE(names.set("a:1", descriptor("one")));
  auto untyped = descriptor("two");
  untyped.media_type = "";
  EXPECT_FALSE(names.set("b:1", untyped));
  EXPECT_FALSE(names.add_unnamed(untyped));
  EXPECT_EQ(names.list_entries().value().size(), 1U);
}

TEST_F(StoreTest, AQuotaIsAsGoodAsAFullDisk) {
  EXPECT_TRUE(says_no_room(Error(Errc::unavailable, "writing", ENOSPC)));
  EXPECT_TRUE(says_no_room(Error(Errc::unavailable, "writing", EDQUOT)));
  EXPECT_FALSE(says_no_room(Error(Errc::data_loss, "writing", EIO)));
}

TEST_F(StoreTest, WritersTakeTurnsAndLoseNoName) {
  (void)open();
  constexpr int kEach = 20;
  const auto work = [this](char who) {
    const auto store = open();
    for (int i = 0; i < kEach; ++i) {
      ASSERT_TRUE(Names(store).set(fmt::format("{}{}", who, i), descriptor("one")));
    }
  };
  std::thread one(work, 'a');
  std::thread two(work, 'b');
  one.join();
  two.join();
  const auto store = open();
  EXPECT_EQ(Names(store).list().value().size(), 2U * kEach);
}

TEST_F(StoreTest, ADamagedIndexIsAnErrorAndNotAnEmptyOne) {
  const auto store = open();
  const auto fd = sys::open(path_ + "/index.json", O_WRONLY | O_TRUNC).value();
  ASSERT_TRUE(sys::write_all(fd, as_bytes("{\"manifests\": [")));
  EXPECT_FALSE(Names(store).list());
  EXPECT_FALSE(Names(store).set("n", descriptor("one")));
}

}  // namespace
}  // namespace corten::content
