#include "codec/gzip_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/gzip_source.hpp"
#include "codec/testing_streams.hpp"
#include "codec/testing_threads.hpp"

namespace corten::codec {
namespace {

using testing::noise;
using testing::read_all;
using testing::sample_text;
using testing::write_all;

Result<std::string> compress(std::string_view text, const GzipSinkOptions& options = {},
                             std::size_t chunk_bytes = 100'000) {
  MemorySink out;
  auto sink = TRY(GzipSink::create(out, options));
  TRY(write_all(*sink, text, chunk_bytes));
  return out.take();
}

Result<std::string> decompress(std::string_view gzip, InflateEngine engine) {
  MemorySource inner(gzip);
  GzipSource source(inner, {.engine = engine});
  return read_all(source);
}

// Blocks are of 512 KiB: sizes around one and two of them.
constexpr std::size_t kBlock = std::size_t{512} * 1024;

struct Setting {
  DeflateEngine engine;
  int level;
};
constexpr Setting kSettings[] = {{DeflateEngine::isal, 1}, {DeflateEngine::isal, 2},
                                 {DeflateEngine::isal, 3}, {DeflateEngine::zlib, 1},
                                 {DeflateEngine::zlib, 6}, {DeflateEngine::zlib, 9}};

TEST(GzipSink, BothReadersReadEveryLevelOfBothEngines) {
  const std::string texts[] = {"", "a", std::string(100'000, '\0'), sample_text(300'000), noise(200'000)};
  for (const auto& setting : kSettings) {
    for (const auto& text : texts) {
      const auto gzip = compress(text, {.level = setting.level, .engine = setting.engine}).value();
      EXPECT_EQ(decompress(gzip, InflateEngine::isal).value(), text) << setting.level;
      EXPECT_EQ(decompress(gzip, InflateEngine::zlib).value(), text) << setting.level;
      EXPECT_LE(gzip.size(), text.size() + text.size() / 1000 + 64);
    }
  }
}

TEST(GzipSink, BlocksJoinAtTheirEdges) {
  const auto text = noise(2 * kBlock - 20'000) + sample_text(100'000);
  for (const std::size_t size : {kBlock - 1U, kBlock, kBlock + 1U, 2 * kBlock, 2 * kBlock + 1U}) {
    const auto part = std::string_view(text).substr(0, size);
    for (const auto engine : {DeflateEngine::isal, DeflateEngine::zlib}) {
      const auto gzip = compress(part, {.level = 1, .engine = engine}).value();
      EXPECT_EQ(decompress(gzip, InflateEngine::zlib).value(), part) << size;
    }
  }
}

TEST(GzipSink, TheOutputDoesNotDependOnThreadsOrWrites) {
  const auto text = sample_text(3 * kBlock + 12'345);
  for (const int level : {1, 2, 3, 4}) {
    const auto gzip = compress(text, {.level = level}).value();
    for (const unsigned threads : {2U, 3U}) {
      for (const std::size_t chunk : {7'777U, 1'000'000U}) {
        EXPECT_TRUE(compress(text, {.level = level, .threads = threads}, chunk).value() == gzip)
            << level << ' ' << threads << ' ' << chunk;
      }
    }
  }
}

// A deflater that is used again must not remember what it did before: which block it gets next depends on
// the number of threads.
TEST(GzipSink, ABlockDoesNotDependOnTheOnesBeforeItButForTheHistory) {
  for (const auto& setting : kSettings) {
    if (setting.level == 9) continue;  // slow, and the same code as 6
    const GzipSinkOptions options{.level = setting.level, .engine = setting.engine};
    const auto tail = sample_text(kBlock, 99);
    const auto compress_after = [&](std::string text) {
      text.append(tail).append(tail);
      return compress(text, options).value();
    };
    const auto first = compress_after(noise(kBlock));
    const auto second = compress_after(sample_text(kBlock, 5));
    // The third block is the last: the same content with the same history.
    constexpr std::size_t kTail = 1'000;
    EXPECT_EQ(first.substr(first.size() - kTail, kTail - 8), second.substr(second.size() - kTail, kTail - 8))
        << setting.level;
  }
}

TEST(GzipSink, UsesTheHistoryBeforeABlock) {
  // Incompressible but for one repetition across the edge of two blocks.
  const auto unit = noise(20'000, 7);
  const auto text = noise(kBlock - unit.size()) + unit + unit;
  for (const auto engine : {DeflateEngine::isal, DeflateEngine::zlib}) {
    const auto gzip = compress(text, {.level = 2, .engine = engine}).value();
    EXPECT_LT(gzip.size(), text.size() - unit.size() + 2'000);
  }
}

TEST(GzipSink, TheHeaderHasNeitherNameNorTimeNorSystem) {
  EXPECT_EQ(compress("x", {.level = 1}).value().substr(0, 10),
            std::string("\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10));
  EXPECT_EQ(compress("x", {.level = 6}).value().substr(0, 10),
            std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
  EXPECT_EQ(compress("x", {.level = 9}).value().substr(0, 10),
            std::string("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10));
}

TEST(GzipSink, RefusesLevelsAndThreadsItDoesNotHave) {
  const auto message = [](const GzipSinkOptions& options) {
    MemorySink out;
    auto sink = GzipSink::create(out, options);
    if (sink) return std::string("accepted");
    EXPECT_EQ(sink.error().kind(), Errc::invalid_argument);
    return sink.error().message();
  };
  EXPECT_EQ(message({.level = 0}), "gzip level 0, expected 1 to 3");
  EXPECT_EQ(message({.level = 10}), "gzip level 10, expected 1 to 9");
  EXPECT_EQ(message({.level = 4, .engine = DeflateEngine::isal}), "gzip level 4, expected 1 to 3");
  EXPECT_EQ(message({.threads = 0}), "0 threads for gzip, expected 1 to 256");
  EXPECT_EQ(message({.threads = 257}), "257 threads for gzip, expected 1 to 256");
}

TEST(GzipSink, AFailureBelowComesBackAndIsRepeated) {
  MemorySink out(1000);
  auto sink = GzipSink::create(out, {.level = 1, .threads = 2}).value();
  const auto text = noise(3 * kBlock);
  const auto result = write_all(*sink, text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), Errc::failed_precondition);
  EXPECT_EQ(sink->write(as_bytes("more")).error().message(), result.error().message());
  EXPECT_EQ(sink->finish().error().message(), result.error().message());
}

TEST(GzipSink, RefusedThreadsDoNotChangeTheOutput) {
  if (!testing::can_refuse_threads()) GTEST_SKIP() << "a sanitizer owns pthread_create";
  const auto text = sample_text(3 * kBlock);
  const auto gzip = compress(text, {.level = 1}).value();
  const testing::ThreadRefusal refusal(0);
  EXPECT_TRUE(compress(text, {.level = 1, .threads = 4}).value() == gzip);
  EXPECT_EQ(testing::ThreadRefusal::refused(), 1);
}

RC_GTEST_PROP(GzipSinkProperty, RoundTrips, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  const auto repeats = *rc::gen::inRange<std::size_t>(1, 3'000);
  std::string all;
  for (std::size_t i = 0; i < repeats && all.size() < 1'200'000; ++i) all += text;
  const auto& setting = *rc::gen::elementOf(std::vector<Setting>(std::begin(kSettings), std::end(kSettings)));
  const auto threads = *rc::gen::inRange(1U, 4U);
  const auto chunk = *rc::gen::inRange<std::size_t>(1, 5'000);
  const auto engine = *rc::gen::element(InflateEngine::isal, InflateEngine::zlib);
  const auto gzip =
      compress(all, {.level = setting.level, .engine = setting.engine, .threads = threads}, chunk).value();
  testing::TrickleSource inner(gzip, chunk);
  GzipSource source(inner, {.engine = engine});
  RC_ASSERT(read_all(source, chunk).value() == all);
}

}  // namespace
}  // namespace corten::codec
