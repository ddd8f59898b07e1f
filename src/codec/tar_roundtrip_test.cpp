#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/tar_reader.hpp"
#include "codec/tar_test_support.hpp"

// What is written is read back equal, and what is read back is written again byte for byte.
namespace corten::codec {
namespace {

using testing::kKeepAll;
using testing::WriteEntry;

std::string any_bytes(std::size_t max, std::string_view not_in) {
  auto bytes = *rc::gen::resize(static_cast<int>(max), rc::gen::arbitrary<std::string>());
  if (bytes.size() > max) bytes.resize(max);
  std::erase_if(bytes, [&](char c) { return not_in.contains(c); });
  return bytes;
}

// Paths of text, or any bytes; at times longer than every field.
std::string any_name() {
  using namespace std::string_view_literals;
  auto name =
      *rc::gen::element(0, 1) == 0
          ? any_bytes(*rc::gen::element<std::size_t>(20, 120, 400, 2000), "\0"sv)
          : *rc::gen::resize(*rc::gen::element(50, 300),
                             rc::gen::container<std::string>(rc::gen::element('/', 'a', '.', 'b', 'c')));
  return name.empty() ? "n" : name;
}

std::uint64_t any_number() {
  const auto bits = *rc::gen::inRange(0, 64);
  return *rc::gen::arbitrary<std::uint64_t>() & ((std::uint64_t{1} << static_cast<unsigned>(bits)) - 1);
}

Timestamp any_time() {
  const auto seconds = static_cast<std::int64_t>(any_number()) * *rc::gen::element(-1, 1);
  return {.seconds = seconds, .nanoseconds = *rc::gen::element(0, *rc::gen::inRange(0, 1'000'000'000))};
}

std::optional<Timestamp> maybe_time() {
  if (*rc::gen::element(0, 1, 2) != 0) return std::nullopt;
  return any_time();
}

TarRecords any_records(std::string_view prefix, std::size_t min_value) {
  using namespace std::string_view_literals;
  TarRecords records;
  const bool is_xattr = min_value == 0;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    auto value = any_bytes(60, "");
    if (value.size() < min_value) value = "v";
    records[std::string(prefix) + any_bytes(10, is_xattr ? "\0"sv : "\0="sv)] = value;
  }
  return records;
}

void make_regular(WriteEntry& out) {
  while (out.entry.name.ends_with('/')) out.entry.name.pop_back();
  if (out.entry.name.empty()) out.entry.name = "f";
  out.body = any_bytes(*rc::gen::element<std::size_t>(0, 10, 600, 2000), "");
  out.entry.size = out.body.size();
  if (*rc::gen::element(0, 1, 2) != 0) return;
  // Cut the body into segments of whole blocks but the last, with holes between them and perhaps at either
  // end.
  std::vector<TarSegment> segments;
  std::uint64_t at = 0;
  for (std::uint64_t left = out.body.size(); left > 0;) {
    at += *rc::gen::inRange<std::uint64_t>(segments.empty() ? 0 : 1, 2000);
    const auto length = std::min(left, *rc::gen::inRange<std::uint64_t>(1, 4) * 512);
    segments.push_back({.offset = at, .length = length});
    at += length;
    left -= length;
  }
  out.entry.size = at + *rc::gen::element<std::uint64_t>(0, 1, 100'000);
  out.entry.sparse = std::move(segments);
}

WriteEntry any_entry() {
  WriteEntry out;
  auto& entry = out.entry;
  entry.name = any_name();
  entry.type =
      *rc::gen::element(TarType::regular, TarType::regular, TarType::hard_link, TarType::symlink,
                        TarType::char_device, TarType::block_device, TarType::directory, TarType::fifo);
  entry.mode = *rc::gen::inRange<std::uint32_t>(0, 010000);
  entry.uid = any_number();
  entry.gid = any_number();
  entry.mtime = any_time();
  entry.atime = maybe_time();
  entry.ctime = maybe_time();
  using namespace std::string_view_literals;
  entry.user_name = any_bytes(40, "\0"sv);
  entry.group_name = any_bytes(40, "\0"sv);
  entry.xattrs = any_records("user.", 0);
  entry.pax_records = any_records("VENDOR.", 1);
  switch (entry.type) {
    case TarType::regular:
      make_regular(out);
      break;
    case TarType::hard_link:
    case TarType::symlink:
      entry.link_target = any_name();
      break;
    case TarType::char_device:
    case TarType::block_device:
      entry.dev_major = static_cast<std::uint32_t>(any_number());
      entry.dev_minor = static_cast<std::uint32_t>(any_number());
      break;
    case TarType::directory:
      if (!entry.name.ends_with('/')) entry.name += '/';  // as the writer does
      break;
    case TarType::fifo:
      break;
  }
  return out;
}

std::vector<WriteEntry> any_entries() {
  std::vector<WriteEntry> entries;
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) entries.push_back(any_entry());
  return entries;
}

// What content() gives for a stored body.
std::string expanded(const WriteEntry& written) {
  if (!written.entry.sparse) return written.body;
  std::string content(written.entry.size, '\0');
  std::size_t taken = 0;
  for (const auto& [offset, length] : *written.entry.sparse) {
    content.replace(offset, length, written.body, taken, length);
    taken += length;
  }
  return content;
}

RC_GTEST_PROP(TarRoundTrip, WhatIsWrittenIsReadBackEqual, ()) {
  const auto entries = any_entries();
  const auto archive = testing::write_archive(entries, kKeepAll).value();
  const auto read = testing::read_archive(archive).value();
  RC_ASSERT(read.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    RC_LOG() << testing::describe(read[i]);
    RC_ASSERT(read[i].entry == entries[i].entry);
    RC_ASSERT(read[i].content == expanded(entries[i]));
  }
}

RC_GTEST_PROP(TarRoundTrip, CopiesAreByteIdentical, ()) {
  const auto archive = testing::write_archive(any_entries(), kKeepAll).value();
  testing::SlowSource source(archive, *rc::gen::element<std::size_t>(7, 512, 1000, 100'000));
  TarReader reader(source);
  MemorySink sink;
  TarWriter writer(sink, kKeepAll);
  while (const auto entry = reader.next().value()) RC_ASSERT(writer.add(*entry, reader.body()));
  RC_ASSERT(writer.finish());
  RC_ASSERT(sink.text() == archive);
}

// The form of layers drops names, fractions, access times and sparse maps, and nothing else.
RC_GTEST_PROP(TarRoundTrip, TheLayerFormKeepsTheRest, ()) {
  const auto written = any_entry();
  const auto archive = testing::write_archive({written}).value();
  auto expected = written.entry;
  expected.user_name.clear();
  expected.group_name.clear();
  expected.atime.reset();
  expected.ctime.reset();
  expected.mtime.nanoseconds = 0;
  expected.sparse.reset();
  const auto read = testing::read_archive(archive).value();
  RC_ASSERT(read.size() == 1U);
  RC_ASSERT(read[0].entry == expected);
  RC_ASSERT(read[0].content == expanded(written));
}

TEST(TarRoundTrip, SizesAbove8GiB) {
  constexpr std::uint64_t kSize = (1ULL << 33U) + 5;
  MemorySink sink;
  TarWriter writer(sink);
  ASSERT_TRUE(writer.begin({.name = "big", .size = kSize}));
  ASSERT_TRUE(writer.write(as_bytes(std::string(100'000, 'x'))));
  MemorySource source(sink.text());
  TarReader reader(source);
  EXPECT_EQ(reader.next().value()->size, kSize);
}

}  // namespace
}  // namespace corten::codec
