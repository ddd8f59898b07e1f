#include "base/error_wire.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace corten {
namespace {

Error sample() {
  Error error(Errc::permission_denied, "mounting 'proc'", EPERM);
  error.add_frame("starting container 'c1'");
  error.set_hint("run it with --privileged");
  return error;
}

TEST(ErrorWire, RoundTripKeepsEverything) {
  const auto decoded = decode_error(encode_error(sample()));
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(decoded->message(), sample().message());
  EXPECT_EQ(decoded->kind(), Errc::permission_denied);
  EXPECT_EQ(decoded->errnum(), EPERM);
  EXPECT_EQ(decoded->hint(), "run it with --privileged");
}

TEST(ErrorWire, EveryTruncationIsRefused) {
  const auto bytes = encode_error(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decode_error(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().kind(), Errc::data_loss);
  }
}

TEST(ErrorWire, ForeignBytesAreRefused) {
  EXPECT_FALSE(decode_error("\x02junk"));
  EXPECT_FALSE(decode_error(std::string("\x01\x63\0\0\0\0", 6)));
  auto bytes = encode_error(sample());
  EXPECT_FALSE(decode_error(bytes + "x"));
  bytes[6] = '\x7f';  // the hint's length, third byte up: far over the cap
  bytes[8] = '\x7f';
  EXPECT_FALSE(decode_error(bytes));
}

TEST(ErrorWire, LongTextsAreCutNotRefused) {
  const Error error(Errc::internal, std::string(200'000, 'x'));
  const auto decoded = decode_error(encode_error(error));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->message().size(), 64U * 1024U);
}

}  // namespace
}  // namespace corten
