#include "codec/detect.hpp"

#include <array>

#include <gtest/gtest.h>

#include "codec/gzip_sink.hpp"
#include "codec/testing_streams.hpp"
#include "codec/zstd_sink.hpp"

namespace corten::codec {
namespace {

using testing::read_all;
using testing::TrickleSource;

std::string gzip_of(std::string_view text) {
  MemorySink out;
  const auto sink = GzipSink::create(out).value();
  EXPECT_TRUE(testing::write_all(*sink, text));
  return out.take();
}

std::string zstd_of(std::string_view text) {
  MemorySink out;
  const auto sink = ZstdSink::create(out).value();
  EXPECT_TRUE(testing::write_all(*sink, text));
  return out.take();
}

Compression detect(std::string_view start) { return detect_compression(as_bytes(start)); }

TEST(Detect, KnowsTheSignatures) {
  using namespace std::string_view_literals;
  EXPECT_EQ(detect("\x1f\x8b\x08\0"sv), Compression::gzip);
  EXPECT_EQ(detect("\x28\xb5\x2f\xfd"sv), Compression::zstd);
  EXPECT_EQ(detect("\x5f\x2a\x4d\x18"sv), Compression::zstd);  // a skippable frame
  EXPECT_EQ(detect("BZh91AY&SY"sv), Compression::bzip2);
  EXPECT_EQ(detect("BZh1\x17\x72\x45\x38\x50\x90"sv), Compression::bzip2);
  EXPECT_EQ(detect("\xfd"
                   "7zXZ\0"sv),
            Compression::xz);
  EXPECT_EQ(detect("\x04\x22\x4d\x18"sv), Compression::lz4);
}

TEST(Detect, TakesNothingElseForCompressed) {
  for (const std::string_view text : {"", "\x1f", "BZh9 is a text", "\x28\xb5\x2f", "etc/passwd"}) {
    EXPECT_EQ(detect(text), Compression::none) << text;
  }
}

TEST(Peek, WhatWasLookedAtIsStillRead) {
  TrickleSource inner("abcdef", 1);
  PeekSource source(inner);
  EXPECT_EQ(source.peek(3).value().size(), 3U);
  EXPECT_EQ(inner.taken_bytes(), 3U);
  EXPECT_EQ(source.peek(2).value().size(), 2U);
  std::array<std::uint8_t, 2> two{};
  EXPECT_EQ(source.read(two).value(), 2U);
  EXPECT_EQ(two[1], 'b');
  EXPECT_EQ(source.peek(3).value()[0], 'c');
  EXPECT_EQ(read_all(source).value(), "cdef");
  EXPECT_EQ(source.peek(1).value().size(), 0U);
}

TEST(Peek, SeesFewerBytesOnlyAtTheEnd) {
  MemorySource inner("ab");
  PeekSource source(inner);
  EXPECT_EQ(source.peek(10).value().size(), 2U);
  EXPECT_EQ(read_all(source).value(), "ab");
}

TEST(OpenDecompressed, GivesThePlainContentOfEachFormat) {
  const auto text = testing::sample_text(300'000);
  struct Case {
    std::string content;
    Compression compression;
  };
  for (const auto& item : {Case{text, Compression::none}, Case{gzip_of(text), Compression::gzip},
                           Case{zstd_of(text), Compression::zstd}, Case{"", Compression::none}}) {
    TrickleSource inner(item.content, 1000);
    const auto opened = open_decompressed(inner).value();
    EXPECT_EQ(opened.compression, item.compression);
    EXPECT_TRUE(read_all(*opened.source).value() == (item.content.empty() ? "" : text));
  }
}

TEST(OpenDecompressed, CapsEachFormat) {
  const auto text = testing::sample_text(1000);
  for (const auto& content : {text, gzip_of(text), zstd_of(text)}) {
    MemorySource fits(content);
    EXPECT_EQ(read_all(*open_decompressed(fits, {.max_decompressed_bytes = 1000}).value().source).value(),
              text);
    MemorySource inner(content);
    const auto opened = open_decompressed(inner, {.max_decompressed_bytes = 999}).value();
    for (int i = 0; i < 2; ++i) {
      const auto result = read_all(*opened.source);
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind(), Errc::failed_precondition);
    }
  }
}

TEST(OpenDecompressed, NamesAFormatItCannotRead) {
  MemorySource inner("BZh91AY&SY....");
  const auto result = open_decompressed(inner);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), Errc::unsupported);
  EXPECT_EQ(result.error().message(), "bzip2-compressed content is not supported here, only gzip and zstd");
}

}  // namespace
}  // namespace corten::codec
