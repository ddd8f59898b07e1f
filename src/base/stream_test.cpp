#include "base/stream.hpp"

#include <array>

#include <gtest/gtest.h>

namespace corten {
namespace {

// Gives one byte a call, as a slow pipe does.
class Trickle : public Source {
 public:
  explicit Trickle(std::string_view text) : inner_(text) {}
  Result<std::size_t> read(MutableBytes buffer) override {
    return inner_.read(buffer.first(buffer.empty() ? 0 : 1));
  }

 private:
  MemorySource inner_;
};

TEST(Stream, ReadFullJoinsShortReads) {
  Trickle source("abcdef");
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(read_full(source, buffer).value(), 4U);
  EXPECT_EQ(buffer[3], 'd');
  EXPECT_EQ(read_full(source, buffer).value(), 2U);
  EXPECT_EQ(read_full(source, buffer).value(), 0U);
}

TEST(Stream, CopyMovesEverything) {
  const std::string text(300'000, 'x');
  MemorySource source(text);
  MemorySink sink;
  EXPECT_EQ(copy_stream(source, sink).value(), text.size());
  EXPECT_EQ(sink.take(), text);
}

TEST(Stream, MemorySinkStopsAtItsCap) {
  MemorySink sink(3);
  EXPECT_TRUE(sink.write(as_bytes("abc")));
  EXPECT_EQ(sink.write(as_bytes("d")).error().kind(), Errc::failed_precondition);
}

}  // namespace
}  // namespace corten
