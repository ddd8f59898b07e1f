#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/tar_reader.hpp"
#include "codec/tar_test_support.hpp"

// Archives that are wrong, and the message a person gets. tar_fuzz has the same ones among its seeds.
namespace corten::codec {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::end_marker;
using testing::error_of;
using ::testing::HasSubstr;
using testing::pax_records;
using testing::raw_extension;
using testing::raw_header;
using testing::raw_member;
using ::testing::StartsWith;

constexpr std::string_view kGnuMagic = "ustar  \0"sv;

std::string with_pax(const std::vector<std::pair<std::string, std::string>>& records) {
  return raw_extension('x', pax_records(records)) + raw_header({});
}

TEST(TarMalformed, ErrorsSayOffsetAndEntry) {
  EXPECT_EQ(error_of(raw_member({.name = "a"}, "x") + raw_header({.name = "usr/x", .uid = "9"})),
            "tar: at byte 1024, entry 'usr/x': uid: expected an octal number, found "
            "'9\\x00\\x00\\x00\\x00\\x00\\x00\\x00'");
}

TEST(TarMalformed, NamesInErrorsArePrintable) {
  EXPECT_THAT(error_of(raw_header({.name = "\x1b[2J", .uid = "9"})), HasSubstr("entry '\\x1b[2J'"));
}

TEST(TarMalformed, WhatIsNotATarIsRefused) {
  EXPECT_THAT(error_of(std::string(1024, 'x')), StartsWith("tar: at byte 0: not a tar header: its checksum"));
  EXPECT_THAT(error_of("short"), StartsWith("tar: at byte 0: truncated: the archive ends after 5 bytes"));
  auto damaged = raw_header({});
  damaged[0] ^= 1;
  EXPECT_THAT(error_of(damaged), HasSubstr("checksum"));
}

TEST(TarMalformed, ATruncatedBodyIsAnErrorWithoutAllocation) {
  const auto archive = raw_header({.name = "big", .size = "37777777777"}) + std::string(512, 'x');
  EXPECT_EQ(error_of(archive),
            "tar: at byte 1024, entry 'big': truncated: 4294966783 bytes of the body are missing");
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  EXPECT_EQ(reader.next().error().kind(), Errc::data_loss) << "also when the body is skipped";
}

TEST(TarMalformed, ErrorsRepeat) {
  const auto archive = raw_header({.size = "1000"}) + "x";
  MemorySource source(archive);
  TarReader reader(source);
  ASSERT_TRUE(reader.next().value());
  const auto first = reader.next().error().message();
  EXPECT_EQ(reader.next().error().message(), first);
  std::uint8_t byte = 0;
  EXPECT_EQ(reader.body().read({&byte, 1}).error().message(), first);
  EXPECT_EQ(reader.content().read({&byte, 1}).error().message(), first);
  EXPECT_EQ(reader.take_body_chunk().error().message(), first);
  EXPECT_EQ(reader.drain().error().message(), first);
}

TEST(TarMalformed, ErrorsOfTheSourceGetTheirPlace) {
  class BadSource : public Source {
   public:
    Result<std::size_t> read(MutableBytes) override { return fail(Errc::unavailable, "connection reset"); }
  };
  BadSource source;
  TarReader reader(source);
  const auto error = reader.next().error().clone();
  EXPECT_EQ(error.kind(), Errc::unavailable);
  EXPECT_EQ(error.message(), "tar: at byte 0: connection reset");
}

TEST(TarMalformed, EndsThatLoseDataAreErrors) {
  const std::string zeros(512, '\0');
  EXPECT_EQ(error_of(zeros + raw_header({})),
            "tar: at byte 0: a block of zeros, which ends an archive, but more follows");
  EXPECT_THAT(error_of(zeros + std::string(100, '\0')), HasSubstr("in the middle of its end marker"));
  EXPECT_THAT(error_of(raw_header({}).substr(0, 300)), HasSubstr("after 300 bytes of a header"));
  EXPECT_THAT(error_of(raw_extension('L', "name") + end_marker()),
              HasSubstr("without the entry it belongs to"));
  EXPECT_THAT(error_of(raw_extension('x', pax_records({{"path", "p"}}))), HasSubstr("without the entry"));
}

TEST(TarMalformed, NumbersOutOfRange) {
  EXPECT_THAT(error_of(raw_header({.size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv})),
              HasSubstr("size: -1 is negative"));
  EXPECT_THAT(error_of(raw_header({.size = "\x80\0\0\0\x80\0\0\0\0\0\0\0"sv})),
              HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(error_of(raw_header({.mode = "rwxr-xr"})), HasSubstr("mode: expected an octal number"));
  EXPECT_THAT(error_of(raw_header({.type = '3', .dev_major = "\x80\0\0\1\0\0\0\0"sv})),
              HasSubstr("device major: 4294967296 does not fit 32 bits"));
}

TEST(TarMalformed, EntriesThatMakeNoSense) {
  EXPECT_THAT(error_of(raw_header({.name = ""})), HasSubstr("an entry without a name"));
  EXPECT_THAT(error_of(raw_header({.type = '2'})), HasSubstr("a symlink without a target"));
  EXPECT_THAT(error_of(raw_header({.type = '1'})), HasSubstr("a hard link without a target"));
  EXPECT_THAT(error_of(raw_header({.type = 'Q'})), HasSubstr("unknown entry type 'Q'"));
  EXPECT_THAT(error_of(raw_header({.type = 'M'})), HasSubstr("multi-volume"));
  EXPECT_THAT(error_of(raw_extension('L', "gnu") + raw_extension('x', pax_records({{"path", "pax"}})) +
                       raw_header({})),
              HasSubstr("in a GNU and in a pax extension header"));
  EXPECT_THAT(error_of(raw_extension('K', "gnu") + raw_extension('x', pax_records({{"linkpath", "pax"}})) +
                       raw_header({.type = '2'})),
              HasSubstr("in a GNU and in a pax extension header"));
}

TEST(TarMalformed, PaxRecordsMustBeWellFormed) {
  const auto with_records = [](std::string_view text) {
    return error_of(raw_extension('x', text) + raw_header({}));
  };
  EXPECT_THAT(with_records("path=x\n"), HasSubstr("pax header, byte 0: expected the length of a record"));
  EXPECT_THAT(with_records("10 path=x\n99 a=b\n"),
              HasSubstr("byte 10: a record of 99 bytes where 7 are left"));
  EXPECT_THAT(with_records("9 path=x\n\n"), HasSubstr("byte 9: expected the length"));
  EXPECT_THAT(with_records("9 path=xy\n"), HasSubstr("does not end with a newline"));
  EXPECT_THAT(with_records("3 \n"), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(with_records("2 \n"), HasSubstr("does not end with a newline"));
  EXPECT_THAT(with_records("5 =x\n"), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(with_records("8 noval\n"), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(with_records("8 a\0b=c\n"sv), HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(with_records("18446744073709551615 a=b\n"), HasSubstr("expected the length"));
  EXPECT_THAT(with_records("0 a=b\n"), HasSubstr("does not end with a newline"));
}

TEST(TarMalformed, PaxValuesMustBeWellFormed) {
  EXPECT_THAT(error_of(with_pax({{"path", "a\0b"s}})), HasSubstr("pax record 'path' holds a NUL byte"));
  EXPECT_THAT(error_of(with_pax({{"size", "-1"}})),
              HasSubstr("size: expected a number from 0 to 2^63 - 1, found '-1'"));
  EXPECT_THAT(error_of(with_pax({{"size", "9223372036854775808"}})), HasSubstr("size: expected a number"));
  EXPECT_THAT(error_of(with_pax({{"uid", "1e3"}})), HasSubstr("uid: expected a number"));
  EXPECT_THAT(error_of(with_pax({{"mtime", "now"}})), HasSubstr("mtime: expected seconds since 1970"));
  EXPECT_THAT(error_of(with_pax({{"mtime", "1.5x"}})), HasSubstr("mtime: expected seconds since 1970"));
  EXPECT_THAT(error_of(with_pax({{"mtime", "99999999999999999999"}})), HasSubstr("mtime: expected seconds"));
  EXPECT_THAT(error_of(with_pax({{"mtime", "-9223372036854775808.5"}})), HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(error_of(with_pax({{"SCHILY.xattr.", "v"}})), HasSubstr("has no attribute name"));
  EXPECT_THAT(error_of(with_pax({{"LIBARCHIVE.xattr.a", "*"}})), HasSubstr("is not base 64"));
  EXPECT_THAT(error_of(with_pax({{"LIBARCHIVE.xattr.%0", "AA"}})), HasSubstr("does not name an attribute"));
}

TEST(TarMalformed, GlobalHeadersMayNotDescribeOneEntry) {
  for (const auto* key : {"path", "linkpath", "size", "SCHILY.xattr.user.a", "GNU.sparse.map"}) {
    EXPECT_THAT(error_of(raw_extension('g', pax_records({{key, "1,1"}})) + raw_header({})),
                HasSubstr(fmt::format("a global pax header sets '{}'", key)));
  }
}

TEST(TarMalformed, SparseMapsMustFit) {
  const auto sparse = [](const std::string& map, std::string_view size, std::string_view body) {
    return error_of(
        raw_extension('x', pax_records({{"GNU.sparse.map", map}, {"GNU.sparse.size", std::string(size)}})) +
        raw_member({}, body));
  };
  EXPECT_EQ(sparse("0,1,5,1", "10", "ab"), "no error");
  EXPECT_THAT(sparse("0,3,2,1", "10", "abcd"), HasSubstr("starts before the end of the one before"));
  EXPECT_THAT(sparse("5,1,0,1", "10", "ab"), HasSubstr("starts before the end of the one before"));
  EXPECT_THAT(sparse("9,2", "10", "ab"), HasSubstr("reaches beyond the file's 10"));
  EXPECT_THAT(sparse("1,9223372036854775807", "10", "ab"), HasSubstr("reaches beyond the file's 10"));
  EXPECT_THAT(sparse("0,1", "10", "ab"), HasSubstr("1 bytes in all, but 2 are stored"));
  EXPECT_THAT(sparse("0", "10", "ab"), HasSubstr("an offset without a length"));
  EXPECT_THAT(sparse("0,x", "10", "ab"), HasSubstr("GNU.sparse.map: expected a number"));
  EXPECT_THAT(error_of(with_pax({{"GNU.sparse.map", "0,0"}})), HasSubstr("without its real size"));
  EXPECT_THAT(error_of(with_pax(
                  {{"GNU.sparse.map", "0,0"}, {"GNU.sparse.numblocks", "2"}, {"GNU.sparse.size", "0"}})),
              HasSubstr("numblocks says 2 segments, 1 are listed"));
  EXPECT_THAT(error_of(with_pax({{"GNU.sparse.numbytes", "1"}})),
              HasSubstr("without GNU.sparse.offset before it"));
  EXPECT_THAT(error_of(with_pax({{"GNU.sparse.offset", "1"}})), HasSubstr("has no GNU.sparse.numbytes"));
  EXPECT_THAT(error_of(with_pax({{"GNU.sparse.offset", "1"}, {"GNU.sparse.offset", "1"}})),
              HasSubstr("two in a row"));
  EXPECT_THAT(error_of(with_pax({{"GNU.sparse.major", "2"}, {"GNU.sparse.minor", "0"}})),
              HasSubstr("sparse format 2.0: 0.0, 0.1 and 1.0 are known"));
  EXPECT_THAT(error_of(raw_header({.type = 'S'})), HasSubstr("whose header is not in GNU format"));
}

TEST(TarMalformed, SparseMapsInBodiesMustFit) {
  const auto sparse = [](std::string_view body) {
    return error_of(raw_extension('x', pax_records({{"GNU.sparse.major", "1"},
                                                    {"GNU.sparse.minor", "0"},
                                                    {"GNU.sparse.realsize", "10"}})) +
                    raw_member({}, body));
  };
  EXPECT_EQ(sparse(testing::padded("1\n2\n3\n") + "abc"), "no error");
  EXPECT_THAT(sparse(""), HasSubstr("does not end within its body"));
  EXPECT_THAT(sparse("1\n2"), HasSubstr("does not end within its body"));
  EXPECT_THAT(sparse("-1\n"), HasSubstr("sparse map: expected a number"));
  EXPECT_THAT(sparse("\n"), HasSubstr("sparse map: expected a number"));
  EXPECT_THAT(sparse(std::string(30, '1')), HasSubstr("a line is too long"));
  EXPECT_THAT(sparse("999999999\n"), HasSubstr("more than 262144 sparse segments"));
}

TEST(TarMalformed, AGnuSparseMapMayNotBeTruncated) {
  auto block = raw_header({.type = 'S', .magic = kGnuMagic});
  block[482] = 1;  // an extension block follows
  EXPECT_THAT(error_of(testing::with_checksum(block)), HasSubstr("in the middle of a sparse map"));
}

TEST(TarMalformed, LimitsAreNamed) {
  EXPECT_EQ(error_of(raw_header({.name = "h", .type = 'x', .size = "77777777777"})),
            "tar: at byte 0, entry 'h': a pax header of 8589934591 bytes, at most 1048576 are read");
  EXPECT_THAT(error_of(raw_header({.type = 'L', .size = "77777777777"})),
              HasSubstr("at most 16385 are read"));
  EXPECT_THAT(error_of(raw_header({.type = 'V', .size = "77777777777"})), HasSubstr("a volume label of"));
  EXPECT_THAT(error_of(with_pax({{"path", std::string(20'000, 'p')}})),
              HasSubstr("pax record 'path' of 20000 bytes"));
  EXPECT_THAT(error_of(raw_header({}) + raw_header({}), {.entries = 1}), HasSubstr("more than 1 entries"));
  EXPECT_THAT(error_of(with_pax({{"a", "1"}, {"b", "2"}}), {.pax_records = 1}),
              HasSubstr("more than 1 records"));
  EXPECT_THAT(error_of(with_pax({{"GNU.sparse.map", "0,1,2,1"}}), {.sparse_segments = 1}),
              HasSubstr("more than 1 sparse segments"));
}

TEST(TarMalformed, GlobalRecordsDoNotPileUp) {
  std::string archive;
  for (int i = 0; i < 3; ++i) {
    archive += raw_extension('g', pax_records({{fmt::format("key{}", i), std::string(500, 'v')}}));
  }
  EXPECT_THAT(error_of(archive, {.pax_header_bytes = 1024}), HasSubstr("3 records of 1512 bytes in all"));
}

// 1 KB that claims 2^63 - 1 bytes: content() gives zeros only as far as the caller asks.
TEST(TarMalformed, AHugeHoleCostsNothing) {
  const auto archive = with_pax({{"GNU.sparse.map", ""}, {"GNU.sparse.size", "9223372036854775807"}});
  MemorySource source(archive);
  TarReader reader(source);
  EXPECT_EQ(reader.next().value()->size, 9223372036854775807U);
  std::uint8_t byte = 1;
  EXPECT_EQ(reader.content().read({&byte, 1}).value(), 1U);
  EXPECT_EQ(byte, 0);
  EXPECT_FALSE(reader.next().value());
}

}  // namespace
}  // namespace corten::codec
