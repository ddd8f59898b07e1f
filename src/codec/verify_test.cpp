#include "codec/verify.hpp"

#include <array>

#include <gtest/gtest.h>

#include "codec/hashing_stream.hpp"
#include "codec/sha256.hpp"
#include "codec/testing_streams.hpp"

namespace corten::codec {
namespace {

using testing::FailingSource;
using testing::read_all;
using testing::TrickleSource;

ExpectedContent expect(std::string_view text) {
  return {.hash = HashValue(HashAlgorithm::sha256, sha256(as_bytes(text))), .size_bytes = text.size()};
}

TEST(HashingStream, SourceHashesAndCountsWhatPasses) {
  TrickleSource inner("abc", 2);
  HashingSource source(inner);
  EXPECT_EQ(read_all(source).value(), "abc");
  EXPECT_EQ(source.size_bytes(), 3U);
  EXPECT_EQ(source.finish_hash().hex(), sha256_hex(as_bytes("abc")));
}

TEST(HashingStream, SinkHashesOnlyWhatTheInnerOneTook) {
  MemorySink inner(3);
  HashingSink sink(inner);
  EXPECT_TRUE(sink.write(as_bytes("ab")));
  EXPECT_FALSE(sink.write(as_bytes("cd")));
  EXPECT_EQ(sink.size_bytes(), 2U);
  EXPECT_EQ(sink.finish_hash().hex(), sha256_hex(as_bytes("ab")));
}

TEST(HashingStream, DiscardRestReadsToTheEnd) {
  const auto text = testing::sample_text(300'000);
  MemorySource inner(text);
  HashingSource source(inner);
  EXPECT_EQ(discard_rest(source).value(), text.size());
  EXPECT_EQ(source.finish_hash().hex(), sha256_hex(as_bytes(text)));
}

TEST(Verify, PassesTheExpectedContentThrough) {
  for (const std::size_t chunk : {1U, 2U, 3U, 100U}) {
    TrickleSource inner("abc", chunk);
    VerifyingSource source(inner, expect("abc"));
    EXPECT_EQ(read_all(source).value(), "abc");
    EXPECT_TRUE(source.verified());
  }
}

TEST(Verify, AcceptsEmptyContent) {
  MemorySource inner(Bytes{});
  VerifyingSource source(inner, expect(""));
  EXPECT_EQ(read_all(source).value(), "");
  EXPECT_TRUE(source.verified());
}

TEST(Verify, NamesBothHashesWhenTheyDiffer) {
  MemorySource inner("abd");
  VerifyingSource source(inner, expect("abc"));
  const auto result = read_all(source);
  EXPECT_EQ(result.error().kind(), Errc::data_loss);
  EXPECT_EQ(result.error().message(), "expected sha256:" + sha256_hex(as_bytes("abc")) +
                                          ", found sha256:" + sha256_hex(as_bytes("abd")) + " in 3 bytes");
  EXPECT_FALSE(source.verified());
}

TEST(Verify, HandsOutNoCompleteCopyOfWrongContent) {
  TrickleSource inner("abd", 1);
  VerifyingSource source(inner, expect("abc"));
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(source.read(buffer).value(), 1U);
  EXPECT_EQ(source.read(buffer).value(), 1U);
  EXPECT_FALSE(source.read(buffer));
}

TEST(Verify, NamesBothSizesWhenTheStreamEndsEarly) {
  MemorySource inner("ab");
  VerifyingSource source(inner, expect("abc"));
  const auto result = read_all(source);
  EXPECT_EQ(result.error().kind(), Errc::data_loss);
  EXPECT_EQ(result.error().message(),
            "ends after 2 bytes, expected 3 bytes with sha256:" + sha256_hex(as_bytes("abc")));
}

TEST(Verify, ReadsAtMostOneByteTooMany) {
  const std::string endless(1'000'000, 'x');
  TrickleSource inner(endless, 1000);
  VerifyingSource source(inner, expect("abc"));
  const auto result = read_all(source);
  EXPECT_EQ(result.error().kind(), Errc::data_loss);
  EXPECT_EQ(result.error().message(),
            "is longer than the expected 3 bytes with sha256:" + sha256_hex(as_bytes("abc")));
  EXPECT_EQ(inner.taken_bytes(), 4U);
}

TEST(Verify, WithoutASizeChecksAtTheEnd) {
  auto expected = expect("abc");
  expected.size_bytes.reset();
  MemorySource right("abc");
  VerifyingSource good(right, expected);
  EXPECT_EQ(read_all(good).value(), "abc");
  EXPECT_TRUE(good.verified());

  MemorySource wrong("abcd");
  VerifyingSource bad(wrong, expected);
  EXPECT_EQ(read_all(bad).error().kind(), Errc::data_loss);
}

TEST(Verify, RepeatsItsErrorAndThatOfTheSourceBelow) {
  FailingSource inner("ab");
  VerifyingSource source(inner, expect("abc"));
  EXPECT_EQ(read_all(source).error().kind(), Errc::unavailable);
  EXPECT_EQ(read_all(source).error().message(), "the connection was lost");
  EXPECT_FALSE(source.verified());
}

TEST(Verify, ChecksSha512) {
  Hasher hasher(HashAlgorithm::sha512);
  hasher.update(as_bytes("abc"));
  MemorySource inner("abc");
  VerifyingSource source(inner, {.hash = hasher.finish(), .size_bytes = 3});
  EXPECT_EQ(read_all(source).value(), "abc");
}

}  // namespace
}  // namespace corten::codec
