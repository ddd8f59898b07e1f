#include "runtime/channel.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/error_wire.hpp"
#include "sys/file.hpp"
#include "sys/pipe.hpp"

namespace corten::runtime {
namespace {

TEST(Channel, CarriesTextAndDescriptors) {
  auto pair = Channel::create();
  ASSERT_TRUE(pair);
  auto pipe = sys::create_pipe();
  ASSERT_TRUE(pipe);
  const std::array<sys::BorrowedFd, 1> fds = {pipe->writer};
  ASSERT_TRUE(pair->ours.send(MessageType::plan, "text", fds));

  const auto message = pair->theirs.expect(MessageType::plan);
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(message->text, "text");
  ASSERT_EQ(message->fds.size(), 1U);
  EXPECT_TRUE(sys::write_all(message->fds[0], as_bytes("x")));
}

TEST(Channel, GivesBackTheErrorThatWasSent) {
  auto pair = Channel::create();
  ASSERT_TRUE(pair);
  const Error error(Errc::not_found, "executing 'x'", ENOENT);
  ASSERT_TRUE(pair->theirs.send(MessageType::error, encode_error(error)));
  const auto message = pair->ours.receive();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().kind(), Errc::not_found);
  EXPECT_EQ(message.error().message(), "executing 'x': No such file or directory");
}

TEST(Channel, TellsTheEndFromAWrongMessage) {
  auto pair = Channel::create();
  ASSERT_TRUE(pair);
  ASSERT_TRUE(pair->theirs.send(MessageType::ready));
  const auto wrong = pair->ours.expect(MessageType::run_hooks);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind(), Errc::data_loss);
  {
    const auto closed = std::move(pair->theirs);
  }
  const auto end = pair->ours.receive();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
  const auto expected = pair->ours.expect(MessageType::ready);
  ASSERT_FALSE(expected);
  EXPECT_EQ(expected.error().kind(), Errc::unavailable);
}

TEST(Channel, RefusesWhatIsTooLongOrUnknown) {
  auto pair = Channel::create();
  ASSERT_TRUE(pair);
  EXPECT_FALSE(pair->ours.send(MessageType::plan, std::string(65 * 1024, 'x')));
  EXPECT_FALSE(decode_message(""));
  EXPECT_FALSE(decode_message(std::string_view("\0x", 2)));
  EXPECT_FALSE(decode_message("\x7f"));
}

}  // namespace
}  // namespace corten::runtime
