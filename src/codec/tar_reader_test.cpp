#include "codec/tar_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/tar_test_support.hpp"

namespace corten::codec {
namespace {

using namespace std::string_view_literals;
using testing::end_marker;
using testing::pax_records;
using testing::raw_extension;
using testing::raw_header;
using testing::raw_member;
using testing::read_archive;

constexpr std::string_view kGnuMagic = "ustar  \0"sv;
constexpr std::string_view kV7Magic = "\0\0\0\0\0\0\0\0"sv;

// The one entry of an archive that must be good.
TarEntry read_one(const std::string& archive) {
  auto entries = read_archive(archive);
  EXPECT_TRUE(entries) << (entries ? "" : entries.error().message());
  if (!entries || entries->size() != 1) return {.name = "expected one entry"};
  return std::move((*entries)[0].entry);
}

TEST(TarReader, ReadsEveryFieldOfAUstarHeader) {
  const auto entry = read_one(raw_header({.name = "dev/null",
                                          .type = '3',
                                          .mode = "0100666",
                                          .uid = "0000017",
                                          .gid = "     20 ",
                                          .mtime = "14613200000",
                                          .user_name = "root",
                                          .prefix = "rootfs/sub",
                                          .dev_major = "0000001",
                                          .dev_minor = "0000003"}));
  const TarEntry expected{.name = "rootfs/sub/dev/null",
                          .type = TarType::char_device,
                          .mode = 0666,
                          .uid = 15,
                          .gid = 16,
                          .mtime = {.seconds = 014613200000},
                          .user_name = "root",
                          .dev_major = 1,
                          .dev_minor = 3};
  EXPECT_EQ(entry, expected);
}

TEST(TarReader, KnowsTheTypes) {
  const auto type_of = [](char flag) {
    return read_one(raw_header({.name = "n", .type = flag, .link = "target"})).type;
  };
  EXPECT_EQ(type_of('0'), TarType::regular);
  EXPECT_EQ(type_of('\0'), TarType::regular);
  EXPECT_EQ(type_of('7'), TarType::regular);
  EXPECT_EQ(type_of('1'), TarType::hard_link);
  EXPECT_EQ(type_of('2'), TarType::symlink);
  EXPECT_EQ(type_of('3'), TarType::char_device);
  EXPECT_EQ(type_of('4'), TarType::block_device);
  EXPECT_EQ(type_of('5'), TarType::directory);
  EXPECT_EQ(type_of('D'), TarType::directory);
  EXPECT_EQ(type_of('6'), TarType::fifo);
}

TEST(TarReader, LinkTargetsBelongToLinksOnly) {
  EXPECT_EQ(read_one(raw_header({.type = '1', .link = "target"})).link_target, "target");
  EXPECT_EQ(read_one(raw_header({.type = '0', .link = "target"})).link_target, "");
}

TEST(TarReader, ARegularFileWithASlashIsADirectoryAndItsBodyIsSkipped) {
  const auto archive = raw_member({.name = "dir/", .magic = kV7Magic}, "x") + raw_header({.name = "after"});
  const auto entries = read_archive(archive).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].entry.type, TarType::directory);
  EXPECT_EQ(entries[0].entry.size, 0U);
  EXPECT_EQ(entries[0].content, "");
  EXPECT_EQ(entries[1].entry.name, "after");
}

TEST(TarReader, IgnoresTheSizeOfEntriesWithoutBody) {
  const auto archive = raw_header({.name = "a", .type = '1', .size = "1000", .link = "b"}) +
                       raw_header({.name = "d", .type = '5', .size = "1000"});
  EXPECT_EQ(read_archive(archive).value().size(), 2U);
}

TEST(TarReader, SkipsVolumeLabels) {
  EXPECT_EQ(read_one(raw_header({.name = "tape 1", .type = 'V'}) + raw_header({})).name, "file");
}

TEST(TarReader, V7HasNoPrefixAndNoOwnerNames) {
  const auto entry = read_one(raw_header({.magic = kV7Magic, .user_name = "junk", .prefix = "junk"}));
  EXPECT_EQ(entry.name, "file");
  EXPECT_EQ(entry.user_name, "");
}

TEST(TarReader, ReadsStarsShorterPrefix) {
  auto block = raw_header({.prefix = "p"});
  block.replace(345 + 131, 11, "00000000017");  // star's atime, which is not part of the prefix
  block.replace(508, 4, "tar\0"sv);
  EXPECT_EQ(read_one(testing::with_checksum(block)).name, "p/file");
}

TEST(TarReader, ReadsBase256Numbers) {
  const auto entry = read_one(raw_header({.uid = "\x80\0\0\0\x80\0\0\1"sv,
                                          .gid = "\x80\0\0\0\0\x20\0\0"sv,
                                          .mtime = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"sv,
                                          .magic = kGnuMagic}));
  EXPECT_EQ(entry.uid, 0x80000001U);
  EXPECT_EQ(entry.gid, 2097152U);
  EXPECT_EQ(entry.mtime.seconds, -2);
}

TEST(TarReader, ReadsGnuLongNamesAndLinks) {
  const std::string name(300, 'n');
  const std::string link(400, 'l');
  const auto entry = read_one(raw_extension('K', link + '\0') + raw_extension('L', name + '\0') +
                              raw_header({.type = '2', .link = "cut", .magic = kGnuMagic}));
  EXPECT_EQ(entry.name, name);
  EXPECT_EQ(entry.link_target, link);
}

TEST(TarReader, ReadsGnuAccessTimes) {
  auto block = raw_header({.magic = kGnuMagic});
  block.replace(345, 11, "00000000017");
  block.replace(357, 11, "00000000020");
  const auto entry = read_one(testing::with_checksum(block));
  EXPECT_EQ(entry.atime, Timestamp{.seconds = 15});
  EXPECT_EQ(entry.ctime, Timestamp{.seconds = 16});
}

// Go before 1.8 put a ustar prefix into GNU headers; layers of that time hold such entries.
TEST(TarReader, ReadsAPrefixInAGnuHeader) {
  EXPECT_EQ(read_one(raw_header({.magic = kGnuMagic, .prefix = "usr/share"})).name, "usr/share/file");
}

TEST(TarReader, PaxRecordsReplaceHeaderFields) {
  const auto records = pax_records({{"path", "long/name"},
                                    {"uid", "4294967296"},
                                    {"gid", "2097152"},
                                    {"uname", "user"},
                                    {"gname", "group"},
                                    {"mtime", "-1.25"},
                                    {"atime", "1.5"},
                                    {"ctime", "1700000000.123456789999"},
                                    {"hdrcharset", "BINARY"},
                                    {"SCHILY.xattr.user.a", "1\0002"},
                                    {"comment", "kept"}});
  const TarEntry expected{
      .name = "long/name",
      .uid = 4294967296,
      .gid = 2097152,
      .mtime = {.seconds = -2, .nanoseconds = 750'000'000},
      .atime = Timestamp{.seconds = 1, .nanoseconds = 500'000'000},
      .ctime = Timestamp{.seconds = 1'700'000'000, .nanoseconds = 123'456'789},
      .user_name = "user",
      .group_name = "group",
      .xattrs = {{"user.a", "1\0002"}},
      .pax_records = {{"comment", "kept"}},
  };
  auto entry = read_one(raw_extension('x', records) + raw_header({.uid = "bad", .user_name = "other"}));
  entry.mode = 0;
  EXPECT_EQ(entry, expected);
}

TEST(TarReader, PaxSizeReplacesTheHeaderSize) {
  const auto archive = raw_extension('x', pax_records({{"size", "3"}})) + raw_header({.size = "0"}) +
                       testing::padded("abc") + raw_header({.name = "after"});
  const auto entries = read_archive(archive).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].content, "abc");
}

TEST(TarReader, AnEmptyPaxValueDeletes) {
  const auto archive =
      raw_extension('g', pax_records({{"uname", "global"}, {"comment", "about the archive"}})) +
      raw_header({.name = "1", .user_name = "own"}) + raw_extension('x', pax_records({{"uname", ""}})) +
      raw_header({.name = "2", .user_name = "own"}) + raw_extension('g', pax_records({{"uname", ""}})) +
      raw_header({.name = "3", .user_name = "own"});
  MemorySource source(archive);
  TarReader reader(source);
  EXPECT_EQ(reader.next().value()->user_name, "global");
  EXPECT_EQ(reader.next().value()->user_name, "own");
  const auto third = reader.next().value();
  EXPECT_EQ(third->user_name, "own");
  EXPECT_TRUE(third->pax_records.empty()) << "a global record does not belong to one entry";
  EXPECT_EQ(reader.global_records(), (TarRecords{{"comment", "about the archive"}}));
}

TEST(TarReader, PrefersPlainXattrsToEncodedOnes) {
  const auto records = pax_records({{"SCHILY.xattr.user.both", "plain"},
                                    {"LIBARCHIVE.xattr.user.both", "b3RoZXI"},
                                    {"LIBARCHIVE.xattr.user.a%3Db", "AAEC/w"},
                                    {"SCHILY.xattr.user.empty", ""}});
  const auto entry = read_one(raw_extension('x', records) + raw_header({}));
  EXPECT_EQ(
      entry.xattrs,
      (TarRecords{{"user.both", "plain"}, {"user.a=b", std::string("\0\1\2\xff", 4)}, {"user.empty", ""}}));
}

TEST(TarReader, AcceptsSignedChecksums) {
  auto block = raw_header({.name = "\xff\xfe"});
  int sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<signed char>(block[i]);
  }
  block.replace(148, 8, fmt::format("{:06o}", sum).append("\0 "sv));
  EXPECT_EQ(read_one(block).name, "\xff\xfe");
}

TEST(TarReader, AcceptsTheUsualEnds) {
  const auto file = raw_member({}, "abc");
  EXPECT_EQ(read_archive(file).value().size(), 1U) << "no end marker";
  EXPECT_EQ(read_archive(file + end_marker()).value().size(), 1U);
  EXPECT_EQ(read_archive(file + std::string(512, '\0')).value().size(), 1U) << "one zero block";
  EXPECT_EQ(read_archive(file + end_marker() + "junk").value().size(), 1U) << "what follows is not looked at";
  EXPECT_EQ(read_archive(file.substr(0, 512 + 3)).value().size(), 1U) << "no padding";
  EXPECT_EQ(read_archive("").value().size(), 0U);
}

TEST(TarReader, DrainReadsTheRestOfTheStream) {
  const auto archive = raw_header({}) + end_marker() + std::string(8192, '\0');
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  ASSERT_FALSE(reader.next().value());
  EXPECT_EQ(reader.drain().value(), 8192U);
  std::uint8_t byte = 0;
  EXPECT_EQ(source.read({&byte, 1}).value(), 0U);
}

TEST(TarReader, SkipsWhatWasNotReadOfABody) {
  const auto archive = raw_member({.name = "1"}, std::string(300'000, 'a')) + raw_member({.name = "2"}, "bb");
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  std::uint8_t byte = 0;
  EXPECT_EQ(reader.body().read({&byte, 1}).value(), 1U);
  EXPECT_EQ(reader.next().value()->name, "2");
  EXPECT_EQ(reader.position().header, 512U + 300'032U);
  EXPECT_EQ(reader.position().body, 512U + 300'032U + 512U);
  EXPECT_EQ(reader.position().stored_size, 2U);
}

TEST(TarReader, PositionStartsAtTheFirstExtensionHeader) {
  const auto archive = raw_extension('g', pax_records({{"comment", "c"}})) +
                       raw_extension('x', pax_records({{"comment", "d"}})) + raw_member({}, "x");
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  EXPECT_EQ(reader.position().header, 1024U);
  EXPECT_EQ(reader.position().body, 1024U + 1024U + 512U);
}

TEST(TarReader, ReadsFromASourceThatGivesFewBytesAtATime) {
  const auto archive = raw_extension('x', pax_records({{"comment", "d"}})) +
                       raw_member({}, std::string(70'000, 'a')) + raw_header({.name = "2"}) + end_marker();
  for (const std::size_t step : {1U, 511U, 513U, 40'000U}) {
    testing::SlowSource source(archive, step);
    TarReader reader(source);
    ASSERT_TRUE(reader.next().value());
    MemorySink sink;
    EXPECT_EQ(copy_stream(reader.content(), sink).value(), 70'000U);
    EXPECT_EQ(reader.next().value()->name, "2");
    EXPECT_FALSE(reader.next().value());
  }
}

TEST(TarReader, SkipsBodiesInASourceThatCan) {
  class SkippingSource : public SkippableSource {
   public:
    explicit SkippingSource(std::string_view text) : rest_(text) {}
    Result<std::size_t> read(MutableBytes buffer) override {
      const auto size = std::min(buffer.size(), rest_.size());
      std::ranges::copy(rest_.substr(0, size), buffer.begin());
      rest_.remove_prefix(size);
      read_ += size;
      return size;
    }
    Result<std::uint64_t> skip(std::uint64_t count) override {
      const auto size = std::min<std::uint64_t>(count, rest_.size());
      rest_.remove_prefix(size);
      return size;
    }
    std::size_t read_ = 0;

   private:
    std::string_view rest_;
  };
  const auto archive =
      raw_member({.name = "1"}, std::string(1'000'000, 'a')) + raw_member({.name = "2"}, "bb");
  SkippingSource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  EXPECT_EQ(reader.next().value()->name, "2");
  EXPECT_EQ(reader.position().header, archive.size() - 1024);
  EXPECT_FALSE(reader.next().value());
  EXPECT_LT(source.read_, 300'000U);

  SkippingSource cut_short(std::string_view(archive).substr(0, 900'000));
  TarReader second(cut_short);
  ASSERT_TRUE(second.next().value());
  EXPECT_EQ(second.next().error().message(),
            "tar: at byte 900000, entry '1': truncated: 100512 bytes of the body are missing");
}

TEST(TarReader, ChunksGiveTheWholeBody) {
  const std::string body(300'000, 'c');
  const auto archive = raw_member({}, body);
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  std::string all;
  while (true) {
    const auto chunk = reader.take_body_chunk().value();
    if (chunk.empty()) break;
    all.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
  EXPECT_EQ(all, body);
}

TEST(TarReader, ReadsSizesAbove8GiB) {
  constexpr std::uint64_t kSize = 9ULL << 30U;
  testing::LargeSource source(raw_header({.size = "\x80\0\0\0\0\0\0\2\x40\0\0\0"sv, .magic = kGnuMagic}),
                              kSize, raw_header({.name = "after"}));
  TarReader reader(source);
  EXPECT_EQ(reader.next().value()->size, kSize);
  EXPECT_EQ(reader.position().stored_size, kSize);
}

}  // namespace
}  // namespace corten::codec
