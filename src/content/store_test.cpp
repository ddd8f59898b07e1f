#include "content/store.hpp"

#include <fcntl.h>

#include "content/store_fixture.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::content {
namespace {

const auto absent = digest_of("never stored");

TEST_F(StoreTest, IsAnImageLayoutFromTheStart) {
  const auto store = open();
  EXPECT_EQ(sys::read_file(store.directory(), "oci-layout", 100).value(),
            R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_TRUE(sys::open_directory(store.directory(), "blobs/sha256"));
  EXPECT_TRUE(open().list().value().empty());  // opening again changes nothing
}

TEST_F(StoreTest, PutThenRead) {
  const auto store = open();
  const auto digest = store.put("hello").value();
  EXPECT_EQ(digest.to_string(), "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(store.read_blob(digest, 100).value(), "hello");
  EXPECT_EQ(store.require(digest).value().size_bytes, 5U);
  EXPECT_EQ(store.put("hello").value(), digest);
  EXPECT_EQ(store.list().value().size(), 1U);
  EXPECT_TRUE(store.verify(digest));
}

TEST_F(StoreTest, WhatIsNotThereIsNotFound) {
  const auto store = open();
  EXPECT_EQ(store.find(absent).value(), std::nullopt);
  EXPECT_EQ(store.require(absent).error().kind(), Errc::not_found);
  EXPECT_EQ(store.read_blob(absent, 100).error().kind(), Errc::not_found);
  EXPECT_TRUE(store.remove(absent));
}

TEST_F(StoreTest, RottenBytesAreNeverHandedOutAsABlob) {
  const auto store = open();
  const auto digest = store.put("hello").value();
  const auto path = "blobs/sha256/" + digest.hex();
  ASSERT_TRUE(store.remove(digest));
  const auto fd = sys::openat(store.directory(), path, O_CREAT | O_WRONLY, 0644).value();
  ASSERT_TRUE(sys::write_all(fd, as_bytes("hellp")));
  EXPECT_EQ(store.read_blob(digest, 100).error().kind(), Errc::data_loss);
  EXPECT_EQ(store.verify(digest).error().kind(), Errc::data_loss);
}

TEST_F(StoreTest, ReadingHasACap) {
  const auto store = open();
  const auto digest = store.put("hello").value();
  EXPECT_EQ(store.read_blob(digest, 4).error().kind(), Errc::failed_precondition);
}

TEST_F(StoreTest, ASymlinkIsNoBlob) {
  const auto store = open();
  ASSERT_TRUE(sys::symlinkat("/etc/passwd", store.directory(), "blobs/sha256/" + absent.hex()));
  EXPECT_FALSE(store.open_blob(absent));
  EXPECT_TRUE(store.list().value().empty());
}

TEST_F(StoreTest, ForeignFilesAmongTheBlobsArePassedOver) {
  const auto store = open();
  ASSERT_TRUE(sys::openat(store.directory(), "blobs/sha256/README", O_CREAT | O_WRONLY, 0644));
  EXPECT_TRUE(store.list().value().empty());
}

TEST_F(StoreTest, ALostIndexDoesNotComeBackEmpty) {
  {
    const auto store = open();
    ASSERT_TRUE(sys::unlinkat(store.directory(), "index.json"));
    EXPECT_TRUE(Store::open(path_)) << "nothing is lost without blobs";
    ASSERT_TRUE(store.put("hello"));
    ASSERT_TRUE(sys::unlinkat(store.directory(), "index.json"));
  }
  EXPECT_EQ(Store::open(path_).error().kind(), Errc::data_loss);
  const auto damaged = Store::open_damaged(path_).value();
  EXPECT_EQ(damaged.list().value().size(), 1U);
  EXPECT_FALSE(sys::find_status(damaged.directory(), "index.json").value());
}

TEST_F(StoreTest, AnotherVersionOfTheLayoutIsRefused) {
  (void)open();
  const auto fd = sys::open(path_ + "/oci-layout", O_WRONLY | O_TRUNC).value();
  ASSERT_TRUE(sys::write_all(fd, as_bytes(R"({"imageLayoutVersion":"2.0.0"})")));
  const auto store = Store::open(path_);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message().find("opening store"), std::string::npos);
}

}  // namespace
}  // namespace corten::content
