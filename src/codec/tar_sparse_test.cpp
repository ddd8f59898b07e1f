#include "codec/tar_sparse.hpp"

#include <gtest/gtest.h>

#include "codec/tar_reader.hpp"
#include "codec/tar_test_support.hpp"

namespace corten::codec {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::pax_records;
using testing::raw_extension;
using testing::raw_header;
using testing::raw_member;
using testing::read_archive;

constexpr std::string_view kGnuMagic = "ustar  \0"sv;
constexpr auto kContent = "\0\0ab\0\0\0cd\0"sv;
std::vector<TarSegment> sample_map() { return {{.offset = 2, .length = 2}, {.offset = 7, .length = 2}}; }

// The one entry must be 'file', sparse as above.
void expect_sparse(const std::string& archive) {
  const auto entries = read_archive(archive);
  ASSERT_TRUE(entries) << entries.error().message();
  ASSERT_EQ(entries->size(), 1U);
  const auto& [entry, content] = (*entries)[0];
  EXPECT_EQ(entry.name, "file");
  EXPECT_EQ(entry.size, kContent.size());
  EXPECT_EQ(entry.sparse, sample_map());
  EXPECT_EQ(stored_size(entry), 4U);
  EXPECT_EQ(content, kContent);
  EXPECT_TRUE(entry.pax_records.empty());
}

TEST(TarSparse, ReadsVersion00) {
  const auto records = pax_records({{"GNU.sparse.size", "10"},
                                    {"GNU.sparse.numblocks", "3"},
                                    {"GNU.sparse.offset", "2"},
                                    {"GNU.sparse.numbytes", "2"},
                                    {"GNU.sparse.offset", "7"},
                                    {"GNU.sparse.numbytes", "2"},
                                    {"GNU.sparse.offset", "10"},
                                    {"GNU.sparse.numbytes", "0"}});
  expect_sparse(raw_extension('x', records) + raw_member({}, "abcd"));
}

TEST(TarSparse, ReadsVersion01) {
  const auto records = pax_records({{"GNU.sparse.size", "10"},
                                    {"GNU.sparse.numblocks", "2"},
                                    {"GNU.sparse.name", "file"},
                                    {"GNU.sparse.map", "2,2,7,2"}});
  expect_sparse(raw_extension('x', records) + raw_member({.name = "GNUSparseFile.1/file"}, "abcd"));
}

TEST(TarSparse, ReadsVersion10) {
  const auto records = pax_records({{"GNU.sparse.major", "1"},
                                    {"GNU.sparse.minor", "0"},
                                    {"GNU.sparse.name", "file"},
                                    {"GNU.sparse.realsize", "10"}});
  expect_sparse(raw_extension('x', records) +
                raw_member({.name = "GNUSparseFile.1/file"}, testing::padded("2\n2\n2\n7\n2\n") + "abcd"));
}

TEST(TarSparse, ReadsAMapOfSeveralBlocks) {
  std::string map = "200\n";
  std::vector<TarSegment> segments;
  for (std::uint64_t i = 0; i < 200; ++i) {
    segments.push_back({.offset = i * 1000, .length = 1});
    map += fmt::format("{}\n1\n", i * 1000);
  }
  const auto records = pax_records({{"GNU.sparse.major", "1"}, {"GNU.sparse.realsize", "200000"}});
  const auto archive =
      raw_extension('x', records) + raw_member({}, testing::padded(map) + std::string(200, 'x'));
  const auto entries = read_archive(archive).value();
  EXPECT_EQ(entries.at(0).entry.sparse, segments);
  EXPECT_EQ(entries.at(0).content.size(), 200'000U);
}

std::string gnu_segments(const std::vector<TarSegment>& segments) {
  std::string out;
  for (const auto& [offset, length] : segments)
    out += fmt::format("{:011o}", offset) + '\0' + fmt::format("{:011o}", length) + '\0';
  return out;
}

TEST(TarSparse, ReadsOldGnuHeaders) {
  auto block = raw_header({.type = 'S', .size = "4", .magic = kGnuMagic});
  const auto segments = gnu_segments(sample_map());
  block.replace(386, segments.size(), segments);
  block.replace(483, 2, "12");
  expect_sparse(testing::with_checksum(block) + testing::padded("abcd"));
}

TEST(TarSparse, ReadsOldGnuExtensionBlocks) {
  std::vector<TarSegment> segments;
  segments.reserve(28);
  for (std::uint64_t i = 0; i < 4 + 21 + 3; ++i) segments.push_back({.offset = i * 2, .length = 1});
  auto block = raw_header({.type = 'S', .size = "34", .magic = kGnuMagic});
  const auto map = gnu_segments(segments);
  block.replace(386, 96, map.substr(0, 96));
  block[482] = 1;
  block.replace(483, 3, "100");
  auto first = testing::padded(map.substr(96, 504));
  first[504] = 1;
  const auto archive = testing::with_checksum(block) + first + testing::padded(map.substr(600)) +
                       testing::padded(std::string(28, 'x')) + raw_header({.name = "after"});
  const auto entries = read_archive(archive).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].entry.sparse, segments);
  EXPECT_EQ(entries[0].entry.size, 64U);
  EXPECT_EQ(entries[1].entry.name, "after");
}

TEST(TarSparse, BodyGivesTheSegmentsOnly) {
  const auto records = pax_records({{"GNU.sparse.size", "10"}, {"GNU.sparse.map", "2,2,7,2"}});
  const auto archive = raw_extension('x', records) + raw_member({}, "abcd");
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  MemorySink sink;
  EXPECT_EQ(copy_stream(reader.body(), sink).value(), 4U);
  EXPECT_EQ(sink.text(), "abcd");
}

TEST(TarSparse, ASegmentWithoutHolesAndAHoleWithoutSegments) {
  const auto read = [](const std::string& map, std::string_view body) {
    const auto records = pax_records({{"GNU.sparse.size", "3"}, {"GNU.sparse.map", map}});
    return read_archive(raw_extension('x', records) + raw_member({}, body)).value().at(0);
  };
  EXPECT_EQ(read("0,1,1,2", "abc").entry.sparse, (std::vector<TarSegment>{{.offset = 0, .length = 3}}));
  EXPECT_EQ(read("3,0", "").entry.sparse, std::vector<TarSegment>{});
  EXPECT_EQ(read("3,0", "").content, "\0\0\0"s);
}

}  // namespace
}  // namespace corten::codec
