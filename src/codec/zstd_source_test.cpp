#include "codec/zstd_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/testing_files.hpp"
#include "codec/testing_streams.hpp"
#include "codec/zstd_sink.hpp"

namespace corten::codec {
namespace {

using testing::FailingSource;
using testing::fox;
using testing::read_all;
using testing::TrickleSource;

std::string load(std::string_view name) { return testing::load(fmt::format("zstd/{}", name)); }

Result<std::string> decompress(std::string_view zstd, const ZstdSourceOptions& options = {},
                               std::size_t chunk_bytes = 1 << 20) {
  TrickleSource inner(zstd, chunk_bytes);
  ZstdSource source(inner, options);
  return read_all(source);
}

void expect_failure(std::string_view zstd, Errc kind, std::string_view message) {
  for (const std::size_t chunk : {1U << 20, 1U}) {
    const auto result = decompress(zstd, {}, chunk);
    ASSERT_FALSE(result) << message;
    EXPECT_EQ(result.error().kind(), kind);
    EXPECT_EQ(result.error().message(), message);
  }
}

TEST(ZstdSource, ReadsFramesOfEveryKind) {
  for (const auto* name : {"by_zstd.zst", "no_checksum.zst", "multi_frame.zst"}) {
    const auto zstd = load(name);
    for (const std::size_t chunk : {1U, 2U, 5U, 1U << 20}) {
      EXPECT_EQ(decompress(zstd, {}, chunk).value(), fox()) << name;
    }
  }
  EXPECT_EQ(decompress(load("only_skippable.zst")).value(), "");
  EXPECT_EQ(decompress(load("window_27.zst")).value(), "x");
}

TEST(ZstdSource, SmallReadsSeeTheSameBytes) {
  const auto zstd = load("multi_frame.zst");
  MemorySource inner(zstd);
  ZstdSource source(inner);
  EXPECT_EQ(read_all(source, 1).value(), fox());
  EXPECT_EQ(source.compressed_bytes(), zstd.size());
  EXPECT_EQ(source.decompressed_bytes(), fox().size());
  EXPECT_EQ(read_all(source, 1).value(), "");
}

TEST(ZstdSource, EveryTruncationIsAnError) {
  const auto zstd = load("by_zstd.zst");
  for (std::size_t size = 0; size < zstd.size(); ++size) {
    const auto result = decompress(std::string_view(zstd).substr(0, size));
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().kind(), Errc::data_loss);
    const auto place = size < 4 ? std::size_t{0} : size;
    EXPECT_THAT(result.error().message(),
                ::testing::StartsWith(fmt::format("zstd: at compressed byte {}: ends", place)));
  }
}

TEST(ZstdSource, NamesTheDamageAndItsPlace) {
  expect_failure("", Errc::data_loss, "zstd: at compressed byte 0: ends before a frame");
  expect_failure(load("not_zstd.zst"), Errc::data_loss,
                 "zstd: at compressed byte 0: expected the signature 28 b5 2f fd of zstd, found 50 4b 03 04");
  expect_failure(load("legacy_v07.zst"), Errc::data_loss,
                 "zstd: at compressed byte 0: expected the signature 28 b5 2f fd of zstd, found 27 b5 2f fd");
  const auto size = load("by_zstd.zst").size();
  expect_failure(load("garbage_after.zst"), Errc::data_loss,
                 fmt::format("zstd: at compressed byte {}: garbage after the last frame", size));
  expect_failure(load("dictionary.zst"), Errc::unsupported,
                 "zstd: at compressed byte 6: a frame needs a dictionary, which a stream cannot carry");
}

TEST(ZstdSource, ChecksTheContent) {
  const auto result = decompress(load("bad_checksum.zst"));
  EXPECT_EQ(result.error().kind(), Errc::data_loss);
  EXPECT_THAT(result.error().message(),
              ::testing::StartsWith(
                  "zstd: at compressed byte 63: the content of a frame does not match its checksum"));
  EXPECT_EQ(decompress(load("reserved_block.zst")).error().kind(), Errc::data_loss);
}

TEST(ZstdSource, RefusesFramesThatNeedMuchMemory) {
  const auto result = decompress(load("window_28.zst"));
  EXPECT_EQ(result.error().kind(), Errc::unsupported);
  EXPECT_THAT(
      result.error().message(),
      ::testing::HasSubstr("a frame needs a window of more than 2^27 bytes, the cap for this stream"));
  EXPECT_EQ(decompress(load("window_28.zst"), {.max_window_log = 28}).value(), "x");
  EXPECT_FALSE(decompress(load("window_27.zst"), {.max_window_log = 26}));
}

TEST(ZstdSource, ACapStopsABombBeforeItsBytesAreHandedOut) {
  const auto zstd = load("by_zstd.zst");
  EXPECT_EQ(decompress(zstd, {.max_decompressed_bytes = fox().size()}).value(), fox());
  const auto result = decompress(zstd, {.max_decompressed_bytes = fox().size() - 1});
  EXPECT_EQ(result.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(result.error().message(),
              ::testing::HasSubstr("decompresses to more than 899 bytes, the cap for this stream"));
}

TEST(ZstdSource, ACapHoldsForMuchFromLittle) {
  constexpr std::uint64_t kCap = std::uint64_t{1} << 20U;
  MemorySink out;
  ASSERT_TRUE(testing::write_zeros(*ZstdSink::create(out, {.level = 1}).value(), 64 * kCap));
  EXPECT_LT(out.text().size(), kCap);
  MemorySource inner(out.text());
  ZstdSource source(inner, {.max_decompressed_bytes = kCap});
  const auto drained = testing::drain(source);
  EXPECT_LE(drained.bytes, kCap);
  ASSERT_FALSE(drained.status);
  EXPECT_EQ(drained.status.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(drained.status.error().message(),
              ::testing::HasSubstr("decompresses to more than 1048576 bytes, the cap for this stream"));
}

TEST(ZstdSource, PassesOnTheErrorOfTheSourceBelowAndRepeatsIt) {
  const auto zstd = load("by_zstd.zst");
  for (const std::size_t size : {0U, 3U, 30U}) {
    FailingSource inner(std::string_view(zstd).substr(0, size));
    ZstdSource source(inner);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(read_all(source).error().message(), "the connection was lost");
    }
  }
}

}  // namespace
}  // namespace corten::codec
