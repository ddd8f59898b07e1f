#include "codec/tar_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/tar_reader.hpp"
#include "codec/tar_test_support.hpp"

namespace corten::codec {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using testing::kKeepAll;
using testing::write_archive;

// What is left of an archive without its end marker.
std::string written(const TarEntry& entry, std::string_view body = {}, const TarWriterOptions& options = {}) {
  auto archive = write_archive({{.entry = entry, .body = std::string(body)}}, options);
  EXPECT_TRUE(archive) << (archive ? "" : archive.error().message());
  return archive ? archive->substr(0, archive->size() - 1024) : "";
}

std::string write_error(const TarEntry& entry, std::string_view body = {},
                        const TarWriterOptions& options = {}) {
  const auto archive = write_archive({{.entry = entry, .body = std::string(body)}}, options);
  if (archive) return "no error";
  EXPECT_EQ(archive.error().kind(), Errc::invalid_argument);
  return archive.error().message();
}

TEST(TarWriter, WritesPlainUstarWhenEverythingFits) {
  const TarEntry entry{.name = "etc/hosts",
                       .mode = 0644,
                       .uid = 1000,
                       .gid = 2097151,
                       .size = 3,
                       .mtime = {.seconds = 1'700'000'000}};
  // The header as POSIX prints it, field by field.
  std::string expected(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) { expected.replace(at, text.size(), text); };
  put(0, "etc/hosts");
  put(100, "0000644");
  put(108, "0001750");
  put(116, "7777777");
  put(124, "00000000003");
  put(136, "14524770400");
  put(156, "0");
  put(257, "ustar");
  put(263, "00");
  put(329, "0000000");
  put(337, "0000000");
  expected = testing::with_checksum(expected);
  expected[155] = ' ';
  expected[154] = '\0';
  EXPECT_EQ(written(entry, "abc"), expected + testing::padded("abc"));
}

TEST(TarWriter, EndsWithTwoZeroBlocksAndNoPadding) {
  EXPECT_EQ(write_archive({}).value(), std::string(1024, '\0'));
}

TEST(TarWriter, DirectoriesEndWithASlash) {
  EXPECT_EQ(written({.name = "dir", .type = TarType::directory}),
            written({.name = "dir/", .type = TarType::directory}));
  EXPECT_TRUE(written({.name = "dir", .type = TarType::directory}).starts_with("dir/\0"s));
}

TEST(TarWriter, SplitsNamesAtTheLastSlashThatFits) {
  const auto name = std::string(100, 'a') + "/" + std::string(50, 'b') + "/" + std::string(90, 'c');
  const auto header = written({.name = name});
  EXPECT_EQ(header.size(), 512U);
  EXPECT_EQ(header.substr(345, 151), name.substr(0, 151));
  EXPECT_EQ(header.substr(0, 91), std::string(90, 'c') + '\0');
}

TEST(TarWriter, UsesPaxForWhatDoesNotFit) {
  const std::string name(101, 'n');
  const auto archive = written({.name = name, .mode = 0600});
  ASSERT_EQ(archive.size(), 1536U);
  EXPECT_EQ(archive[156], 'x');
  EXPECT_EQ(archive.substr(0, 100), "PaxHeaders.0/" + std::string(87, 'n'));
  EXPECT_EQ(archive.substr(512, 112), "111 path=" + name + "\n\0"s);
}

TEST(TarWriter, SortsRecordsAndWritesOnlyNeededOnes) {
  const TarEntry entry{.name = "f",
                       .uid = 1ULL << 32U,
                       .mtime = {.seconds = -1, .nanoseconds = 500'000'000},
                       .atime = Timestamp{.seconds = 1},
                       .user_name = "user",
                       .xattrs = {{"user.b", "\0"s}, {"user.a", ""}, {"user.x=y", "v"}},
                       .pax_records = {{"comment", "hello"}}};
  const auto records = testing::pax_records({{"LIBARCHIVE.xattr.user.x%3Dy", "dg"},
                                             {"SCHILY.xattr.user.a", ""},
                                             {"SCHILY.xattr.user.b", "\0"s},
                                             {"comment", "hello"},
                                             {"mtime", "-1"},
                                             {"uid", "4294967296"}});
  EXPECT_EQ(written(entry).substr(512, 512), testing::padded(records));
  const auto kept = written(entry, "", kKeepAll);
  EXPECT_THAT(kept, HasSubstr("11 atime=1\n"));
  EXPECT_THAT(kept, HasSubstr("14 mtime=-0.5\n"));
  EXPECT_EQ(kept.substr(1024 + 265, 5), "user\0"s);
}

TEST(TarWriter, DoesNotMakeRootOfLargeOwners) {
  const auto archive = written({.name = "f", .uid = 4294967294, .gid = 4294967294});
  EXPECT_EQ(archive.substr(1024 + 108, 16), "7777777\0007777777\0"s);
}

TEST(TarWriter, SaysWhenNamesInRecordsAreNotUtf8) {
  EXPECT_THAT(written({.name = std::string(200, '\xff')}), HasSubstr("21 hdrcharset=BINARY\n"));
  EXPECT_EQ(written({.name = std::string(100, '\xff')}).size(), 512U) << "ustar takes any byte";
  EXPECT_THAT(written({.name = std::string(200, 'a')}), ::testing::Not(HasSubstr("hdrcharset")));
}

TEST(TarWriter, KeepsNanosecondsOnRequestOnly) {
  const TarEntry entry{.name = "f", .mtime = {.seconds = 5, .nanoseconds = 1}};
  EXPECT_EQ(written(entry).size(), 512U);
  EXPECT_THAT(written(entry, "", {.mtime = TarMtime::nanoseconds}), HasSubstr("21 mtime=5.000000001\n"));
}

TEST(TarWriter, WritesSizesAbove8GiBAsPax) {
  class CountingSink : public Sink {
   public:
    Result<> write(Bytes bytes) override {
      if (head_.size() < 2048) head_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return {};
    }
    Result<> finish() override { return {}; }
    std::string head_;
  };
  CountingSink sink;
  TarWriter writer(sink);
  ASSERT_TRUE(writer.begin({.name = "big", .size = 1ULL << 33U}));
  const std::string piece(100'000, 'x');
  ASSERT_TRUE(writer.write(as_bytes(piece)));
  EXPECT_EQ(writer.offset(), 1536U + piece.size());
  EXPECT_THAT(sink.head_, HasSubstr("19 size=8589934592\n"));
  EXPECT_EQ(sink.head_.substr(1024 + 124, 11), "00000000000");
}

TEST(TarWriter, ExpandsSparseFilesByDefault) {
  const TarEntry entry{
      .name = "s", .size = 10, .sparse = {{{.offset = 2, .length = 3}, {.offset = 7, .length = 1}}}};
  EXPECT_EQ(written(entry, "abcd").substr(512, 10), "\0\0abc\0\0d\0\0"s);
  EXPECT_EQ(written({.name = "s", .size = 3, .sparse = {{}}}).substr(512), testing::padded("\0\0\0"s));
}

TEST(TarWriter, WritesGnuSparseOnRequest) {
  const TarEntry entry{.name = "s", .size = 10, .sparse = {{{.offset = 2, .length = 3}}}};
  const auto archive = written(entry, "abc", kKeepAll);
  const auto records = testing::pax_records({{"GNU.sparse.major", "1"},
                                             {"GNU.sparse.minor", "0"},
                                             {"GNU.sparse.name", "s"},
                                             {"GNU.sparse.realsize", "10"}});
  EXPECT_EQ(archive.substr(512, 512), testing::padded(records));
  EXPECT_TRUE(archive.substr(1024).starts_with("GNUSparseFile.0/s\0"s));
  EXPECT_EQ(archive.substr(1536), testing::padded("2\n2\n3\n10\n0\n") + testing::padded("abc"));
}

// GNU tar would look for the second segment in the next block, libarchive right behind the first.
TEST(TarWriter, RefusesGnuSparseSegmentsThatProgramsReadDifferently) {
  const TarEntry entry{
      .name = "s", .size = 10, .sparse = {{{.offset = 2, .length = 3}, {.offset = 7, .length = 1}}}};
  EXPECT_THAT(write_error(entry, "abcd", kKeepAll), HasSubstr("a sparse segment of 3 bytes"));
}

TEST(TarWriter, TheBodyMustHaveItsSize) {
  EXPECT_EQ(write_error({.name = "f", .size = 3}, "ab"),
            "tar: entry 'f': its body is 1 bytes shorter than its size says");
  EXPECT_THAT(write_error({.name = "f", .size = 3}, "abcd"), HasSubstr("longer than its size says"));
  EXPECT_THAT(write_error({.name = "s", .size = 3, .sparse = {{}}}, "x"),
              HasSubstr("longer than its size says"));

  MemorySink sink;
  TarWriter writer(sink);
  ASSERT_TRUE(writer.begin({.name = "f", .size = 1}));
  EXPECT_FALSE(writer.write(as_bytes("ab")));
  EXPECT_EQ(writer.end().error().kind(), Errc::failed_precondition) << "the archive is lost";
  EXPECT_EQ(writer.finish().error().kind(), Errc::failed_precondition);
}

TEST(TarWriter, RefusesWhatCannotBeReadBack) {
  EXPECT_THAT(write_error({.name = ""}), HasSubstr("without a name"));
  EXPECT_THAT(write_error({.name = "a\0b"s}), HasSubstr("a name with a NUL byte"));
  EXPECT_THAT(write_error({.name = "file/"}), HasSubstr("would be read as a directory"));
  EXPECT_THAT(write_error({.name = std::string(20'000, 'n')}), HasSubstr("a name of 20000 bytes"));
  EXPECT_THAT(write_error({.name = "l", .type = TarType::symlink}), HasSubstr("a symlink without a target"));
  EXPECT_THAT(write_error({.name = "f", .link_target = "t"}), HasSubstr("a regular with a link target"));
  EXPECT_THAT(write_error({.name = "d", .type = TarType::directory, .size = 1}),
              HasSubstr("a directory with a size"));
  EXPECT_THAT(write_error({.name = "f", .dev_major = 1}), HasSubstr("with a device number"));
  EXPECT_THAT(write_error({.name = "f", .mode = 0100644}), HasSubstr("mode 100644"));
  EXPECT_THAT(write_error({.name = "f", .size = 1ULL << 63U}), HasSubstr("above 2^63 - 1"));
  EXPECT_THAT(write_error({.name = "f", .mtime = {.nanoseconds = -1}}), HasSubstr("-1 nanoseconds"));
  EXPECT_THAT(write_error({.name = "f", .xattrs = {{"", "v"}}}),
              HasSubstr("extended attribute with the name ''"));
  EXPECT_THAT(write_error({.name = "f", .pax_records = {{"path", "p"}}}),
              HasSubstr("written from the entry's fields"));
  EXPECT_THAT(write_error({.name = "f", .pax_records = {{"a=b", "p"}}}), HasSubstr("malformed or empty"));
  EXPECT_THAT(write_error({.name = "f", .xattrs = {{"a", std::string(2'000'000, 'v')}}}),
              HasSubstr("a pax header of"));
  EXPECT_THAT(write_error({.name = "f", .size = 3, .sparse = {{{.offset = 2, .length = 2}}}}, "ab"),
              HasSubstr("reaches beyond the file's 3"));
}

TEST(TarWriter, ARefusedEntryLeavesTheArchiveUsable) {
  MemorySink sink;
  TarWriter writer(sink);
  EXPECT_FALSE(writer.add({.name = ""}));
  EXPECT_TRUE(writer.add({.name = "f"}));
  EXPECT_TRUE(writer.finish());
  EXPECT_EQ(testing::read_archive(sink.text()).value().size(), 1U);
}

TEST(TarWriter, ReportsAFailingSink) {
  MemorySink sink(1000);
  TarWriter writer(sink);
  ASSERT_TRUE(writer.add({.name = "f"}));
  EXPECT_EQ(writer.finish().error().kind(), Errc::failed_precondition);
}

TEST(TarWriter, CopiesAnEntryStraightFromAReader) {
  const std::string body(400'000, 'b');
  const auto archive =
      write_archive(
          {{.entry = {.name = "a", .size = body.size()}, .body = body},
           {.entry = {.name = "s", .size = 9, .sparse = {{{.offset = 8, .length = 1}}}}, .body = "x"}},
          kKeepAll)
          .value();
  MemorySource source(archive);
  TarReader reader(source);
  MemorySink sink;
  TarWriter writer(sink, kKeepAll);
  while (const auto entry = reader.next().value()) ASSERT_TRUE(writer.add(*entry, reader.body()));
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(sink.text(), archive);
}

}  // namespace
}  // namespace corten::codec
