#include "codec/zstd_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/testing_streams.hpp"
#include "codec/testing_threads.hpp"
#include "codec/zstd_source.hpp"

namespace corten::codec {
namespace {

using testing::noise;
using testing::read_all;
using testing::sample_text;
using testing::write_all;

Result<std::string> compress(std::string_view text, const ZstdSinkOptions& options = {},
                             std::size_t chunk_bytes = 100'000) {
  MemorySink out;
  auto sink = TRY(ZstdSink::create(out, options));
  TRY(write_all(*sink, text, chunk_bytes));
  return out.take();
}

Result<std::string> decompress(std::string_view zstd) {
  MemorySource inner(zstd);
  ZstdSource source(inner);
  return read_all(source);
}

TEST(ZstdSink, TheReaderReadsEveryLevel) {
  const std::string texts[] = {"", "a", std::string(100'000, '\0'), sample_text(200'000), noise(200'000)};
  for (const int level : {-7, -1, 1, 3, 9}) {
    for (const auto& text : texts) {
      EXPECT_EQ(decompress(compress(text, {.level = level}).value()).value(), text) << level;
    }
  }
}

TEST(ZstdSink, ItsFramesHaveAChecksum) {
  const auto zstd = compress("some text").value();
  constexpr auto kChecksumFlag = 1U << 2U;  // RFC 8878, Frame_Header_Descriptor
  EXPECT_NE(static_cast<unsigned char>(zstd[4]) & kChecksumFlag, 0U);
}

TEST(ZstdSink, TheOutputDoesNotDependOnWorkersOrWrites) {
  // Level 1 has a window of 512 KiB, so jobs of 2 MiB: several of them.
  const auto text = sample_text(5'000'000);
  for (const auto& part : {std::string_view(text), std::string_view(text).substr(0, 1000)}) {
    const auto zstd = compress(part, {.level = 1}).value();
    for (const unsigned workers : {2U, 3U}) {
      for (const std::size_t chunk : {7'777U, 10'000'000U}) {
        EXPECT_TRUE(compress(part, {.level = 1, .workers = workers}, chunk).value() == zstd)
            << part.size() << ' ' << workers << ' ' << chunk;
      }
    }
  }
}

TEST(ZstdSink, RefusesLevelsAndWorkersItDoesNotHave) {
  const auto message = [](const ZstdSinkOptions& options) {
    MemorySink out;
    auto sink = ZstdSink::create(out, options);
    if (sink) return std::string("accepted");
    EXPECT_EQ(sink.error().kind(), Errc::invalid_argument);
    return sink.error().message();
  };
  EXPECT_EQ(message({.level = 0}), "zstd level 0, expected 1 to 22 or -7 to -1");
  EXPECT_EQ(message({.level = 23}), "zstd level 23, expected 1 to 22 or -7 to -1");
  EXPECT_EQ(message({.level = -8}), "zstd level -8, expected 1 to 22 or -7 to -1");
  EXPECT_EQ(message({.workers = 0}), "0 workers for zstd, expected 1 to 200");
  EXPECT_EQ(message({.workers = 201}), "201 workers for zstd, expected 1 to 200");
}

TEST(ZstdSink, AFailureBelowComesBackAndIsRepeated) {
  MemorySink out(1000);
  auto sink = ZstdSink::create(out).value();
  const auto result = write_all(*sink, noise(1'000'000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), Errc::failed_precondition);
  EXPECT_EQ(sink->write(as_bytes("more")).error().message(), result.error().message());
  EXPECT_EQ(sink->finish().error().message(), result.error().message());
}

TEST(ZstdSink, ItsFrameIsWholeWhenThreadsAreRefused) {
  if (!testing::can_refuse_threads()) GTEST_SKIP() << "a sanitizer owns pthread_create";
  const auto text = sample_text(3'000'000);
  {
    // Two of four start, then the attempt with one is granted the third.
    const testing::ThreadRefusal refusal(2);
    EXPECT_EQ(decompress(compress(text, {.level = 1, .workers = 4}).value()).value(), text);
    EXPECT_GT(testing::ThreadRefusal::refused(), 0);
  }
  const testing::ThreadRefusal refusal(0);
  EXPECT_EQ(decompress(compress(text, {.level = 1, .workers = 4}).value()).value(), text);
  EXPECT_GT(testing::ThreadRefusal::refused(), 1);
}

RC_GTEST_PROP(ZstdSinkProperty, RoundTrips, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  const auto repeats = *rc::gen::inRange<std::size_t>(1, 3'000);
  std::string all;
  for (std::size_t i = 0; i < repeats && all.size() < 1'200'000; ++i) all += text;
  const auto level = *rc::gen::element(-3, 1, 3);
  const auto workers = *rc::gen::inRange(1U, 3U);
  const auto chunk = *rc::gen::inRange<std::size_t>(1, 5'000);
  const auto zstd = compress(all, {.level = level, .workers = workers}, chunk).value();
  testing::TrickleSource inner(zstd, chunk);
  ZstdSource source(inner);
  RC_ASSERT(read_all(source, chunk).value() == all);
}

}  // namespace
}  // namespace corten::codec
