#include "codec/gzip_source.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/gzip_sink.hpp"
#include "codec/testing_files.hpp"
#include "codec/testing_streams.hpp"

namespace corten::codec {
namespace {

using testing::FailingSource;
using testing::fox;
using testing::read_all;
using testing::TrickleSource;

std::string load(std::string_view name) { return testing::load(fmt::format("gzip/{}", name)); }

// Both engines keep the same promises.
class GzipSourceTest : public ::testing::TestWithParam<InflateEngine> {
 protected:
  static Result<std::string> decompress(std::string_view gzip, std::uint64_t cap = kNoSizeCap,
                                        std::size_t chunk_bytes = 1 << 20) {
    TrickleSource inner(gzip, chunk_bytes);
    GzipSource source(inner, {.engine = GetParam(), .max_decompressed_bytes = cap});
    return read_all(source);
  }
  static void expect_damage(std::string_view gzip, std::string_view message) {
    for (const std::size_t chunk : {1U << 20, 1U}) {
      const auto result = decompress(gzip, kNoSizeCap, chunk);
      ASSERT_FALSE(result) << message;
      EXPECT_EQ(result.error().kind(), Errc::data_loss);
      EXPECT_EQ(result.error().message(), message);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, GzipSourceTest, ::testing::Values(InflateEngine::isal, InflateEngine::zlib),
                         [](const auto& engine) {
                           return engine.param == InflateEngine::isal ? "Isal" : "Zlib";
                         });

TEST_P(GzipSourceTest, ReadsWhatTheToolsWrite) {
  for (const auto* name : {"by_gzip.gz", "by_pigz.gz", "by_igzip.gz", "all_header_fields.gz",
                           "multi_member.gz", "zero_padded.gz"}) {
    const auto gzip = load(name);
    for (const std::size_t chunk : {1U, 2U, 3U, 7U, 1U << 20}) {
      const auto result = decompress(gzip, kNoSizeCap, chunk);
      ASSERT_TRUE(result) << name << ": " << result.error().message();
      EXPECT_EQ(*result, fox()) << name;
    }
  }
}

TEST_P(GzipSourceTest, SmallReadsSeeTheSameBytes) {
  const auto gzip = load("multi_member.gz");
  MemorySource inner(gzip);
  GzipSource source(inner, {.engine = GetParam()});
  EXPECT_EQ(read_all(source, 1).value(), fox());
  EXPECT_EQ(source.compressed_bytes(), gzip.size());
  EXPECT_EQ(source.decompressed_bytes(), fox().size());
  EXPECT_EQ(read_all(source, 1).value(), "");
}

TEST_P(GzipSourceTest, EveryTruncationIsAnError) {
  const auto gzip = load("all_header_fields.gz");
  for (std::size_t size = 0; size < gzip.size(); ++size) {
    const auto result = decompress(std::string_view(gzip).substr(0, size));
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().kind(), Errc::data_loss);
    EXPECT_THAT(result.error().message(),
                ::testing::StartsWith(fmt::format("gzip: at compressed byte {}: ends in", size)));
  }
}

TEST_P(GzipSourceTest, EveryFlippedBitOfTheBodyAndTrailerIsFound) {
  const auto gzip = load("by_pigz.gz");
  for (std::size_t bit = 10 * 8; bit < gzip.size() * 8; ++bit) {
    auto flipped = gzip;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto result = decompress(flipped);
    if (result) {
      // Unused bits may differ: those that pad the last block to a byte.
      EXPECT_EQ(*result, fox()) << bit;
      EXPECT_EQ(bit / 8, gzip.size() - 9) << bit;
    }
  }
}

TEST_P(GzipSourceTest, NamesTheDamageAndItsPlace) {
  expect_damage("", "gzip: at compressed byte 0: ends in a header");
  expect_damage(load("not_gzip.gz"),
                "gzip: at compressed byte 0: expected the signature 1f 8b of gzip, found 50 4b");
  expect_damage(load("method_7.gz"),
                "gzip: at compressed byte 0: compression method 7, expected 8 (deflate)");
  expect_damage(load("reserved_flag.gz"),
                "gzip: at compressed byte 0: header flags 0x20 have reserved bits set");
  expect_damage(load("bad_header_crc.gz"),
                "gzip: at compressed byte 37: the header has CRC f2de, its record says beef");
  expect_damage(load("bad_crc.gz"),
                "gzip: at compressed byte 65: the content has CRC 56d00dc5, the trailer says deadbeef");
  expect_damage(load("bad_length.gz"),
                "gzip: at compressed byte 65: the content has length 900 (modulo 2^32), the trailer says 7");
  expect_damage(load("garbage_after.gz"), "gzip: at compressed byte 73: garbage after the last member");
  expect_damage(load("zero_padded_then_garbage.gz"),
                "gzip: at compressed byte 173: garbage after the zero bytes that follow the last member");
}

TEST_P(GzipSourceTest, RefusesInvalidDeflateData) {
  for (const auto* name : {"bad_block_type.gz", "too_far_back.gz"}) {
    const auto result = decompress(load(name));
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().kind(), Errc::data_loss);
    EXPECT_THAT(result.error().message(), ::testing::StartsWith("gzip: at compressed byte 1")) << name;
    EXPECT_THAT(result.error().message(), ::testing::HasSubstr("invalid")) << name;
  }
}

TEST_P(GzipSourceTest, ACapStopsABombBeforeItsBytesAreHandedOut) {
  const auto gzip = load("by_gzip.gz");
  EXPECT_EQ(decompress(gzip, fox().size()).value(), fox());
  TrickleSource inner(gzip);
  GzipSource source(inner, {.engine = GetParam(), .max_decompressed_bytes = fox().size() - 1});
  const auto drained = testing::drain(source);
  EXPECT_LE(drained.bytes, fox().size() - 1);
  ASSERT_FALSE(drained.status);
  EXPECT_EQ(drained.status.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(drained.status.error().message(),
              ::testing::HasSubstr("decompresses to more than 899 bytes, the cap for this stream"));
}

TEST_P(GzipSourceTest, ACapHoldsForMuchFromLittle) {
  constexpr std::uint64_t kCap = std::uint64_t{1} << 20U;
  MemorySink out;
  ASSERT_TRUE(testing::write_zeros(*GzipSink::create(out, {.level = 1}).value(), 64 * kCap));
  EXPECT_LT(out.text().size(), kCap);
  MemorySource inner(out.text());
  GzipSource source(inner, {.engine = GetParam(), .max_decompressed_bytes = kCap});
  const auto drained = testing::drain(source);
  EXPECT_LE(drained.bytes, kCap);
  ASSERT_FALSE(drained.status);
  EXPECT_EQ(drained.status.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(drained.status.error().message(),
              ::testing::HasSubstr("decompresses to more than 1048576 bytes, the cap for this stream"));
}

TEST_P(GzipSourceTest, ACapOfZeroAllowsAnEmptyMember) {
  EXPECT_EQ(decompress(std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20), 0).value(), "");
  EXPECT_FALSE(decompress(load("by_gzip.gz"), 0));
}

TEST_P(GzipSourceTest, PassesOnTheErrorOfTheSourceBelowAndRepeatsIt) {
  const auto gzip = load("by_gzip.gz");
  for (const std::size_t size : {0U, 5U, 30U}) {
    FailingSource inner(std::string_view(gzip).substr(0, size));
    GzipSource source(inner, {.engine = GetParam()});
    for (int i = 0; i < 2; ++i) {
      const auto result = read_all(source);
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().message(), "the connection was lost");
    }
  }
}

TEST_P(GzipSourceTest, SmallReadsRepeatAnErrorAndNoOldBytes) {
  const auto text = testing::sample_text(600'000);
  MemorySink out;
  const auto sink = GzipSink::create(out, {.level = 1}).value();
  ASSERT_TRUE(testing::write_all(*sink, text));
  const auto cut = std::string_view(out.text()).substr(0, out.text().size() - 100'000);
  MemorySource inner(cut);
  GzipSource source(inner, {.engine = GetParam()});
  const auto first = read_all(source, 1000);
  ASSERT_FALSE(first);
  std::array<std::uint8_t, 1000> buffer{};
  const auto second = source.read(buffer);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), first.error().message());
}

TEST_P(GzipSourceTest, AnEmptyBufferReadsNothing) {
  MemorySource inner("not gzip");
  GzipSource source(inner, {.engine = GetParam()});
  EXPECT_EQ(source.read({}).value(), 0U);
}

}  // namespace
}  // namespace corten::codec
