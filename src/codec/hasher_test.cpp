#include "codec/hasher.hpp"

#include <gtest/gtest.h>

#include "codec/sha256.hpp"

namespace corten::codec {
namespace {

// FIPS 180-4 examples.
constexpr std::string_view kSha256Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kSha256Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kSha512Abc =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(Sha256, MatchesThePublishedExamples) {
  EXPECT_EQ(sha256_hex(as_bytes("abc")), kSha256Abc);
  EXPECT_EQ(sha256_hex({}), kSha256Empty);
}

TEST(Sha256, PiecesHashAsTheWholeAndFinishBeginsAnew) {
  Sha256 hasher;
  hasher.update(as_bytes("a"));
  hasher.update({});
  hasher.update(as_bytes("bc"));
  EXPECT_EQ(hasher.finish(), sha256(as_bytes("abc")));
  EXPECT_EQ(hasher.finish(), sha256({}));
}

TEST(Hasher, KnowsSha512) {
  Hasher hasher(HashAlgorithm::sha512);
  hasher.update(as_bytes("abc"));
  const auto hash = hasher.finish();
  EXPECT_EQ(hash.hex(), kSha512Abc);
  EXPECT_EQ(hash.bytes().size(), 64U);
  EXPECT_EQ(to_string(hash), "sha512:" + std::string(kSha512Abc));
}

TEST(Hasher, CanBeMoved) {
  Hasher first(HashAlgorithm::sha256);
  first.update(as_bytes("ab"));
  Hasher second(std::move(first));
  second.update(as_bytes("c"));
  EXPECT_EQ(second.finish().hex(), kSha256Abc);
}

TEST(HashValue, ReadsItsOwnHexadecimalForm) {
  const auto hash = HashValue::parse_hex(HashAlgorithm::sha256, kSha256Abc).value();
  EXPECT_EQ(hash.hex(), kSha256Abc);
  EXPECT_EQ(hash, HashValue(HashAlgorithm::sha256, sha256(as_bytes("abc"))));
  EXPECT_NE(hash, HashValue(HashAlgorithm::sha256, sha256(as_bytes("abd"))));
}

TEST(HashValue, RefusesOtherLengthsAndDigits) {
  const auto short_one = HashValue::parse_hex(HashAlgorithm::sha256, "abcd");
  EXPECT_EQ(short_one.error().message(), "a sha256 hash has 64 hexadecimal digits, not 4");
  std::string upper(kSha256Abc);
  upper[0] = 'B';
  const auto capital = HashValue::parse_hex(HashAlgorithm::sha256, upper);
  EXPECT_EQ(capital.error().message(), "a sha256 hash has only the digits 0-9 and a-f, found 'Ba' at 0");
  EXPECT_EQ(capital.error().kind(), Errc::invalid_argument);
}

}  // namespace
}  // namespace corten::codec
