#include "oci/base64.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace corten::oci {
namespace {

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text).value(), bytes);
  }
}

TEST(Base64, RefusesOtherForms) {
  EXPECT_EQ(decode_base64("Zm9").error().message(), "base64 comes in groups of four characters, found 3");
  EXPECT_EQ(decode_base64("Zm9*").error().message(), "position 4: expected a base64 digit, found '*'");
  EXPECT_EQ(decode_base64("Zh==").error().message(), "position 2: expected zero bits at the end of base64");
  EXPECT_FALSE(decode_base64("===="));
  EXPECT_FALSE(decode_base64("Zg==Zg=="));
  EXPECT_FALSE(decode_base64("Zm9v\nYmF"));
}

RC_GTEST_PROP(Base64Property, ReadsBackWhatItWrites, (const std::string& bytes)) {
  RC_ASSERT(decode_base64(encode_base64(bytes)).value() == bytes);
}

}  // namespace
}  // namespace corten::oci
