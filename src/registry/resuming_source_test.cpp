#include "registry/resuming_source.hpp"

#include <gtest/gtest.h>

#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

const Endpoint kEndpoint{.host = "h", .repository = "a", .registry = "h"};
const std::string kBlob = make_pattern(1000);

// Gives the blob from a position on and fails, or ends, after some bytes.
class BrokenSource : public Source {
 public:
  BrokenSource(std::string_view rest, std::size_t fail_after) : rest_(rest), left_(fail_after) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (left_ == 0) return fail(Errc::unavailable, "the connection broke");
    const auto size = std::min({left_, buffer.size(), rest_.size()});
    std::copy_n(rest_.begin(), size, buffer.begin());
    rest_.remove_prefix(size);
    left_ -= size;
    return size;
  }

 private:
  std::string_view rest_;
  std::size_t left_;
};

struct World {
  Wiring setup;
  std::shared_ptr<Context> context = setup.context();
  std::vector<std::uint64_t> opened;
  std::size_t fail_after = 1000000;
  std::string_view blob = kBlob;

  ResumingSource source(ByteSpan span = {.begin = 0, .end = 1000}) {
    const auto open = [this](std::uint64_t position) -> Result<std::unique_ptr<Source>> {
      opened.push_back(position);
      return std::make_unique<BrokenSource>(blob.substr(position), fail_after);
    };
    return {span, open, Retries(*context, http::Method::get, kEndpoint, {})};
  }
};

TEST(ResumingSource, GoesOnWhereItWas) {
  World world;
  world.fail_after = 300;
  auto source = world.source();
  EXPECT_EQ(drain(source, 77), kBlob);
  EXPECT_EQ(world.opened, (std::vector<std::uint64_t>{0, 300, 600, 900}));
  EXPECT_TRUE(world.setup.diary->told.at(0).starts_with("the connection broke, trying again in 0."));
}

TEST(ResumingSource, ProgressCountsAnew) {
  World world;
  world.fail_after = 1;
  auto source = world.source({.begin = 0, .end = 100});
  EXPECT_EQ(drain(source), kBlob.substr(0, 100));
  EXPECT_EQ(world.opened.size(), 100U);
}

TEST(ResumingSource, GivesUpWithoutProgress) {
  World world;
  world.fail_after = 0;
  auto source = world.source();
  EXPECT_EQ(drain(source), "error: the connection broke");
  EXPECT_EQ(world.opened.size(), 5U);
  std::uint8_t byte = 0;
  EXPECT_FALSE(source.read({&byte, 1}));  // and stays so
  EXPECT_EQ(world.opened.size(), 5U);
}

TEST(ResumingSource, ABlobThatIsTooShortIsDataLoss) {
  World world;
  world.blob = std::string_view(kBlob).substr(0, 400);
  auto source = world.source();
  EXPECT_EQ(drain(source), kBlob.substr(0, 400) + "error: the blob ended after 400 of 1000 bytes");
  std::uint8_t byte = 0;
  EXPECT_EQ(source.read({&byte, 1}).error().kind(), Errc::data_loss);
}

TEST(ResumingSource, ABlobThatIsTooLongIsDataLossAndNeverHandedOut) {
  World world;
  auto source = world.source({.begin = 0, .end = 999});
  EXPECT_EQ(drain(source),
            kBlob.substr(0, 999) + "error: the blob is longer than the 999 bytes that were expected");
}

TEST(ResumingSource, OtherErrorsAreFinal) {
  World world;
  int opened = 0;
  ResumingSource source(
      {.begin = 0, .end = 10},
      [&](std::uint64_t) -> Result<std::unique_ptr<Source>> {
        ++opened;
        return fail(Errc::not_found, "gone");
      },
      Retries(*world.context, http::Method::get, kEndpoint, {}));
  EXPECT_EQ(drain(source), "error: gone");
  EXPECT_EQ(opened, 1);
}

TEST(ResumingSource, BeginsInTheMiddle) {
  World world;
  world.fail_after = 450;
  auto source = world.source({.begin = 100, .end = 1000});
  EXPECT_EQ(drain(source), kBlob.substr(100));
  EXPECT_EQ(world.opened, (std::vector<std::uint64_t>{100, 550}));
}

}  // namespace
}  // namespace corten::registry::testing
