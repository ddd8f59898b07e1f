#include "oci/digest.hpp"

#include <rapidcheck.h>

#include <unordered_set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/strings.hpp"

namespace corten::oci {
namespace {

const std::string any_hex = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

std::string error_of(std::string_view text) {
  const auto digest = Digest::parse(text);
  return digest ? "" : digest.error().message();
}

TEST(Digest, ReadsBothAlgorithms) {
  const auto digest = Digest::parse("sha256:" + any_hex);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->algorithm(), DigestAlgorithm::sha256);
  EXPECT_EQ(digest->hex(), any_hex);
  EXPECT_EQ(digest->bytes().size(), 32U);
  EXPECT_EQ(digest->to_string(), "sha256:" + any_hex);
  EXPECT_EQ(digest->short_hex(), "b5bb9d8014a0");
  const auto wide = Digest::parse("sha512:" + any_hex + any_hex);
  ASSERT_TRUE(wide);
  EXPECT_EQ(to_string(wide->algorithm()), "sha512");
  EXPECT_EQ(wide->to_string(), "sha512:" + any_hex + any_hex);
}

TEST(Digest, TheDefaultIsThatOfNoBytes) {
  EXPECT_EQ(Digest().to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, RefusesWhatIsNoDigestWithTheReason) {
  EXPECT_EQ(error_of(any_hex), "digest '" + any_hex + "': expected 'sha256:' and 64 hexadecimal digits");
  EXPECT_EQ(error_of("sha256:abc"),
            "digest 'sha256:abc': expected 64 hexadecimal digits after 'sha256:', found 3");
  EXPECT_EQ(error_of("sha512:" + any_hex),
            "digest 'sha512:" + any_hex + "': expected 128 hexadecimal digits after 'sha512:', found 64");
  EXPECT_EQ(error_of("sha256:aBc"),
            "digest 'sha256:aBc': position 9: expected a lower-case hexadecimal digit, found 'B'");
  EXPECT_EQ(
      error_of("sha256:../../etc/passwd"),
      "digest 'sha256:../../etc/passwd': position 8: expected a lower-case hexadecimal digit, found '.'");
  EXPECT_EQ(
      error_of("SHA256:" + any_hex),
      "digest 'SHA256:" + any_hex + "': expected 'sha256' or 'sha512' before the colon, found 'SHA256'");
  EXPECT_FALSE(error_of("").empty());
  EXPECT_FALSE(error_of(":" + any_hex).empty());
  EXPECT_FALSE(error_of("sha256:" + any_hex + "\n").empty());
  EXPECT_LT(error_of(std::string(1'000'000, 'a')).size(), 400U);
}

TEST(Digest, OtherAlgorithmsAreUnsupportedByName) {
  const auto digest = Digest::parse("blake3:" + any_hex);
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().kind(), Errc::unsupported);
  EXPECT_EQ(Digest::parse("sha256+:x").error().kind(), Errc::invalid_argument);
}

TEST(Digest, SortsAndHashesByItsBytes) {
  const auto low = Digest::parse("sha256:" + std::string(64, '0')).value();
  const auto high = Digest::parse("sha256:" + std::string(64, 'f')).value();
  EXPECT_LT(low, high);
  EXPECT_LT(high, Digest::parse("sha512:" + std::string(128, '0')).value());
  const std::unordered_set<Digest> set{low, high, low};
  EXPECT_EQ(set.size(), 2U);
}

RC_GTEST_PROP(DigestProperty, ReadsBackWhatItWrites, (const std::array<std::uint8_t, 32>& hash)) {
  const auto digest = Digest::from_sha256(hash);
  RC_ASSERT(digest.hex() == to_hex(hash));
  RC_ASSERT(Digest::parse(digest.to_string()).value() == digest);
}

RC_GTEST_PROP(DigestProperty, ChangingOneByteOfTheTextIsNoticed, (const std::array<std::uint8_t, 32>& hash)) {
  const auto digest = Digest::from_sha256(hash);
  auto text = digest.to_string();
  text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  const auto changed = Digest::parse(text);
  if (changed) RC_ASSERT(changed->to_string() == text);
}

}  // namespace
}  // namespace corten::oci
