#include "content/ingest.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "content/store_fixture.hpp"
#include "sys/file_status.hpp"

namespace corten::content {
namespace {

constexpr auto kText = "the bytes of a layer";

TEST_F(StoreTest, AnIngestIsInvisibleUntilCommitted) {
  const auto store = open();
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes(kText)));
  EXPECT_EQ(store.find(digest_of(kText)).value(), std::nullopt);
  EXPECT_EQ(std::move(ingest).commit().value(), digest_of(kText));
  EXPECT_TRUE(store.find(digest_of(kText)).value());
  EXPECT_TRUE(store.list_ingests().value().empty());
}

TEST_F(StoreTest, ADroppedIngestIsResumed) {
  const auto store = open();
  {
    auto ingest = store.begin_ingest("layer-1").value();
    ASSERT_TRUE(ingest.write(as_bytes("the bytes ")));
  }
  EXPECT_EQ(store.list_ingests().value().at(0).size_bytes, 10U);
  auto ingest = store.begin_ingest("layer-1").value();
  EXPECT_EQ(ingest.offset(), 10U);
  ASSERT_TRUE(ingest.write(as_bytes("of a layer")));
  EXPECT_EQ(std::move(ingest).commit(digest_of(kText), 20).value(), digest_of(kText));
}

TEST_F(StoreTest, WhatWasWrittenCanBeReadBack) {
  const auto store = open();
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes(kText)));
  std::string buffer(8, '\0');
  const MutableBytes bytes(reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size());
  EXPECT_EQ(ingest.read_at(bytes, 4).value(), 8U);
  EXPECT_EQ(buffer, "bytes of");
  EXPECT_EQ(ingest.read_at(bytes, 18).value(), 2U);
  EXPECT_EQ(ingest.read_at(bytes, 20).value(), 0U);
  EXPECT_EQ(ingest.read_at(bytes, 99).value(), 0U);
  ASSERT_TRUE(ingest.write(as_bytes("!")));
  EXPECT_EQ(ingest.offset(), 21U);
}

TEST_F(StoreTest, RestartForgetsWhatWasWritten) {
  const auto store = open();
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes("wrong start")));
  ASSERT_TRUE(ingest.restart());
  EXPECT_EQ(ingest.offset(), 0U);
  ASSERT_TRUE(ingest.write(as_bytes(kText)));
  EXPECT_TRUE(std::move(ingest).commit(digest_of(kText), 20));
}

TEST_F(StoreTest, WrongBytesAreNotPublishedAndNotKept) {
  const auto store = open();
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes("forged")));
  const auto committed = std::move(ingest).commit(digest_of(kText));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind(), Errc::data_loss);
  EXPECT_NE(committed.error().message().find(digest_of(kText).to_string()), std::string::npos);
  EXPECT_TRUE(store.list().value().empty());
  EXPECT_TRUE(store.list_ingests().value().empty());
}

TEST_F(StoreTest, TheWrongSizeIsNamed) {
  const auto store = open();
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes("12345")));
  EXPECT_NE(std::move(ingest).commit(std::nullopt, 6).error().message().find("expected 6 bytes, got 5"),
            std::string::npos);
}

TEST_F(StoreTest, CommittingWhatIsThereAlreadyIsSuccess) {
  const auto store = open();
  ASSERT_TRUE(store.put(kText));
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes(kText)));
  EXPECT_EQ(std::move(ingest).commit().value(), digest_of(kText));
  EXPECT_EQ(store.list().value().size(), 1U);
  EXPECT_TRUE(store.list_ingests().value().empty());
}

TEST_F(StoreTest, OneWriterAtATime) {
  const auto store = open();
  const auto held = store.begin_ingest("layer-1").value();
  EXPECT_EQ(store.begin_ingest("layer-1").error().kind(), Errc::unavailable);
  EXPECT_TRUE(store.begin_ingest("layer-2"));
  EXPECT_EQ(store.abort_ingest("layer-1").error().kind(), Errc::unavailable);
}

TEST_F(StoreTest, AWaiterGetsAFreshIngestAfterTheWriterPublished) {
  const auto store = open();
  auto first = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(first.write(as_bytes(kText)));
  std::thread waiter([this] {
    const auto mine = open();
    const auto second = mine.begin_ingest("layer-1", {.timeout = std::chrono::seconds{20}});
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(second->offset(), 0U);
    EXPECT_TRUE(mine.find(digest_of(kText)).value());
  });
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  EXPECT_TRUE(std::move(first).commit());
  waiter.join();
  EXPECT_TRUE(store.verify(digest_of(kText)));
}

// What a write that failed half way left in the file is not part of the blob.
TEST_F(StoreTest, BytesOfAFailedWriteAreNotPublished) {
  const auto store = open();
  for (const auto* name : {"retried", "restarted"}) {
    auto ingest = store.begin_ingest(name).value();
    const auto file = sys::open(path_ + "/ingests/" + name, O_WRONLY | O_APPEND).value();
    ASSERT_TRUE(sys::write_all(file, as_bytes(std::string(5000, 'x'))));
    const bool restart = std::string_view(name) == "restarted";
    ASSERT_TRUE(!restart || ingest.restart());
    ASSERT_TRUE(ingest.write(as_bytes(kText)));
    ASSERT_EQ(std::move(ingest).commit().value(), digest_of(kText));
    EXPECT_TRUE(store.verify(digest_of(kText)));
    ASSERT_TRUE(store.remove(digest_of(kText)));
  }
}

// As whoever may not write a read-only file: true if `check` says so.
bool as_ordinary_user(const std::string& store, const std::function<bool()>& check) {
  const auto child = ::fork();
  if (child == 0) {
    bool ready = true;
    if (::geteuid() == 0) {
      for (const auto* name : {"", "/ingests", "/ingests/layer-1"}) {
        ready = ready && ::chown((store + name).c_str(), 65534, 65534) == 0;
      }
      ready = ready && ::setresgid(65534, 65534, 65534) == 0 && ::setresuid(65534, 65534, 65534) == 0;
    }
    ::_exit(ready && check() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST_F(StoreTest, AReadOnlyLeftoverIsResumedAndAborted) {
  const auto store = open();
  {
    ASSERT_TRUE(store.begin_ingest("layer-1").value().write(as_bytes(kText)));
  }
  ASSERT_TRUE(sys::fchmodat(store.directory(), "ingests/layer-1", 0444));
  EXPECT_TRUE(as_ordinary_user(path_, [&] {
    const auto resumed = store.begin_ingest("layer-1");
    return resumed && resumed->offset() == 20;
  }));
  EXPECT_TRUE(store.abort_ingest("layer-1"));
}

TEST_F(StoreTest, AFileThatIsBeingPublishedStaysReadOnly) {
  const auto store = open();
  const auto publishing = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(sys::fchmodat(store.directory(), "ingests/layer-1", 0444));
  EXPECT_TRUE(as_ordinary_user(path_, [&] {
    const auto second = store.begin_ingest("layer-1");
    return !second && second.error().kind() == Errc::unavailable;
  }));
  EXPECT_EQ(sys::fstatat(store.directory(), "ingests/layer-1").value().permissions, 0444U);
}

TEST_F(StoreTest, AbortRemovesTheBytes) {
  const auto store = open();
  auto ingest = store.begin_ingest("layer-1").value();
  ASSERT_TRUE(ingest.write(as_bytes(kText)));
  ASSERT_TRUE(std::move(ingest).abort());
  EXPECT_TRUE(store.list_ingests().value().empty());
  EXPECT_TRUE(store.abort_ingest("layer-1"));  // nothing there is success
}

TEST_F(StoreTest, RefsAreFileNames) {
  const auto store = open();
  for (const auto* bad : {"", ".", "..", "../x", "a/b", ".hidden", "a b"}) {
    EXPECT_EQ(store.begin_ingest(bad).error().kind(), Errc::invalid_argument) << bad;
  }
  EXPECT_FALSE(store.begin_ingest(std::string(129, 'a')));
}

}  // namespace
}  // namespace corten::content
