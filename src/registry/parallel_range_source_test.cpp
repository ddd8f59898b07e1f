#include "registry/parallel_range_source.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>

#include <gtest/gtest.h>

#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

const std::string kBlob = make_pattern(100'000);

ParallelRangeSource::Options options(ByteSpan span, std::uint64_t piece = 1000, unsigned threads = 3,
                                     unsigned buffers = 6) {
  return {.span = span,
          .piece_bytes = piece,
          .threads = threads,
          .buffers = buffers,
          .stop = std::make_unique<LinkedStop>(std::stop_token())};
}

Result<std::unique_ptr<Source>> open_piece(const ByteSpan& piece, const std::stop_token& /*stop*/) {
  return std::make_unique<MemorySource>(std::string_view(kBlob).substr(piece.begin, piece.size()));
}

TEST(ParallelRangeSource, HandsOutPiecesInOrder) {
  for (const std::size_t step : {7U, 1000U, 65536U}) {
    ParallelRangeSource source(options({.begin = 0, .end = kBlob.size()}), open_piece, nullptr);
    EXPECT_EQ(drain(source, step), kBlob);
  }
}

TEST(ParallelRangeSource, ThePiecesCoverTheSpanAndNothingElse) {
  std::mutex mutex;
  std::vector<ByteSpan> asked;
  ParallelRangeSource source(
      options({.begin = 500, .end = 3700}),
      [&](const ByteSpan& piece, const std::stop_token& stop) {
        const std::scoped_lock lock(mutex);
        asked.push_back(piece);
        return open_piece(piece, stop);
      },
      nullptr);
  EXPECT_EQ(drain(source), kBlob.substr(500, 3200));
  std::ranges::sort(asked, {}, &ByteSpan::begin);
  EXPECT_EQ(asked, (std::vector<ByteSpan>{{500, 1500}, {1500, 2500}, {2500, 3500}, {3500, 3700}}));
}

TEST(ParallelRangeSource, UsesTheFirstPieceThatIsOpen) {
  std::atomic<int> opened = 0;
  ParallelRangeSource source(
      options({.begin = 0, .end = 2000}),
      [&](const ByteSpan& piece, const std::stop_token& stop) {
        ++opened;
        return open_piece(piece, stop);
      },
      std::make_unique<MemorySource>(std::string_view(kBlob).substr(0, 1000)));
  EXPECT_EQ(drain(source), kBlob.substr(0, 2000));
  EXPECT_EQ(opened, 1);
}

TEST(ParallelRangeSource, FetchesNoFurtherAheadThanThereAreBuffers) {
  std::atomic<int> opened = 0;
  ParallelRangeSource source(
      options({.begin = 0, .end = kBlob.size()}, 1000, 3, 4),
      [&](const ByteSpan& piece, const std::stop_token& stop) {
        ++opened;
        return open_piece(piece, stop);
      },
      nullptr);
  std::uint8_t byte = 0;
  ASSERT_TRUE(source.read({&byte, 1}));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(opened, 4);
  std::string rest(999, '\0');
  ASSERT_TRUE(read_full(source, {reinterpret_cast<std::uint8_t*>(rest.data()), rest.size()}));
  EXPECT_EQ(static_cast<char>(byte) + rest, kBlob.substr(0, 1000));
}

TEST(ParallelRangeSource, AnErrorComesInItsPlaceAndStays) {
  ParallelRangeSource source(
      options({.begin = 0, .end = kBlob.size()}),
      [&](const ByteSpan& piece, const std::stop_token& stop) -> Result<std::unique_ptr<Source>> {
        if (piece.begin == 5000) return fail(Errc::unavailable, "broke");
        return open_piece(piece, stop);
      },
      nullptr);
  EXPECT_EQ(drain(source), kBlob.substr(0, 5000) + "error: broke");
  EXPECT_EQ(drain(source), "error: broke");
}

TEST(ParallelRangeSource, APieceThatIsTooShortIsDataLoss) {
  ParallelRangeSource source(
      options({.begin = 0, .end = 3000}),
      [&](const ByteSpan& piece, const std::stop_token&) -> Result<std::unique_ptr<Source>> {
        return std::make_unique<MemorySource>(std::string_view(kBlob).substr(piece.begin, 10));
      },
      nullptr);
  EXPECT_EQ(drain(source), "error: the blob ended after 10 of 3000 bytes");
}

TEST(ParallelRangeSource, LettingItGoEndsWhatIsUnderWay) {
  std::atomic<int> ended = 0;
  {
    ParallelRangeSource source(
        options({.begin = 0, .end = kBlob.size()}),
        [&](const ByteSpan&, const std::stop_token& stop) -> Result<std::unique_ptr<Source>> {
          while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          ++ended;
          return fail(Errc::canceled, "canceled");
        },
        nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_GT(ended, 0);
}

TEST(ParallelRangeSource, AWishToStopFromOutsideReachesThePieces) {
  std::stop_source outside;
  auto wishes = options({.begin = 0, .end = kBlob.size()});
  wishes.stop = std::make_unique<LinkedStop>(outside.get_token());
  ParallelRangeSource source(
      std::move(wishes),
      [&](const ByteSpan&, const std::stop_token& stop) -> Result<std::unique_ptr<Source>> {
        while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return fail(Errc::canceled, "canceled");
      },
      nullptr);
  outside.request_stop();
  EXPECT_EQ(drain(source), "error: canceled");
}

TEST(ParallelRangeSource, ItsThreadsBlockAllSignals) {
  std::atomic<bool> blocked = false;
  ParallelRangeSource source(
      options({.begin = 0, .end = 1000}),
      [&](const ByteSpan& piece, const std::stop_token& stop) {
        sigset_t now;
        pthread_sigmask(SIG_SETMASK, nullptr, &now);
        blocked = sigismember(&now, SIGINT) == 1 && sigismember(&now, SIGCHLD) == 1;
        return open_piece(piece, stop);
      },
      nullptr);
  EXPECT_EQ(drain(source), kBlob.substr(0, 1000));
  EXPECT_TRUE(blocked);
}

TEST(ParallelRangeSource, WithoutThreadsTheReaderFetches) {
  ParallelRangeSource source(options({.begin = 0, .end = 5500}, 1000, 0, 2), open_piece, nullptr);
  EXPECT_EQ(source.started_threads(), 0U);
  EXPECT_EQ(drain(source), kBlob.substr(0, 5500));
}

}  // namespace
}  // namespace corten::registry::testing
