#include "codec/ordered_pool.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "codec/testing_threads.hpp"

namespace corten::codec {
namespace {

class Call : public OrderedPool::Job {
 public:
  explicit Call(int number, std::function<Result<>()> function = {})
      : number_(number), function_(std::move(function)) {}
  Result<> run() override {
    if (!function_) return {};
    return function_();
  }
  int number() const { return number_; }

 private:
  int number_;
  std::function<Result<>()> function_;
};

int take_number(OrderedPool& pool) {
  const auto job = pool.take_oldest().value();
  return dynamic_cast<Call&>(*job).number();
}

TEST(OrderedPool, HandsJobsBackInOrderHoweverLongTheyTake) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    OrderedPool pool(threads);
    for (int i = 0; i < 20; ++i) {
      pool.submit(std::make_unique<Call>(i, [i]() -> Result<> {
        std::this_thread::sleep_for(std::chrono::microseconds(i % 3 == 0 ? 1000 : 10));
        return {};
      }));
    }
    for (int i = 0; i < 20; ++i) EXPECT_EQ(take_number(pool), i);
    EXPECT_EQ(pool.pending(), 0U);
    EXPECT_LT(pool.started_threads(), threads);
  }
}

TEST(OrderedPool, StartsNoThreadForOneJob) {
  OrderedPool pool(4);
  pool.submit(std::make_unique<Call>(1));
  EXPECT_EQ(take_number(pool), 1);
  EXPECT_EQ(pool.started_threads(), 0U);
}

TEST(OrderedPool, RunsJobsOfTwoThreadsAtTheSameTime) {
  OrderedPool pool(2);
  std::atomic<int> inside = 0;
  // Each waits for the other: one thread alone would never finish.
  const auto meet = [&]() -> Result<> {
    inside.fetch_add(1);
    while (inside.load() < 2) std::this_thread::yield();
    return {};
  };
  pool.submit(std::make_unique<Call>(1, meet));
  pool.submit(std::make_unique<Call>(2, meet));
  EXPECT_EQ(take_number(pool), 1);
  EXPECT_EQ(take_number(pool), 2);
}

TEST(OrderedPool, ErrorsAndExceptionsComeBackInTheirPlace) {
  OrderedPool pool(3);
  pool.submit(std::make_unique<Call>(0));
  pool.submit(std::make_unique<Call>(1, []() -> Result<> { return fail(Errc::data_loss, "broken"); }));
  pool.submit(std::make_unique<Call>(2, []() -> Result<> { throw std::runtime_error("thrown"); }));
  pool.submit(std::make_unique<Call>(3, []() -> Result<> { throw std::bad_alloc(); }));
  pool.submit(std::make_unique<Call>(4));
  EXPECT_EQ(take_number(pool), 0);
  EXPECT_EQ(pool.take_oldest().error().message(), "broken");
  const auto thrown = pool.take_oldest();
  EXPECT_EQ(thrown.error().kind(), Errc::internal);
  EXPECT_EQ(thrown.error().message(), "thrown");
  EXPECT_EQ(pool.take_oldest().error().kind(), Errc::unavailable);
  EXPECT_EQ(take_number(pool), 4);
}

TEST(OrderedPool, CanBeDroppedWithJobsLeft) {
  std::atomic<int> ran = 0;
  {
    OrderedPool pool(2);
    for (int i = 0; i < 50; ++i) {
      pool.submit(std::make_unique<Call>(i, [&]() -> Result<> {
        ran.fetch_add(1);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return {};
      }));
    }
  }
  EXPECT_LT(ran.load(), 50);
}

TEST(OrderedPool, ItsThreadsBlockSignals) {
  OrderedPool pool(2);
  std::atomic<int> blocked = -1;
  std::atomic<bool> seen = false;
  const auto caller = std::this_thread::get_id();
  const auto look = [&]() -> Result<> {
    if (std::this_thread::get_id() == caller) {
      while (!seen.load()) std::this_thread::yield();
      return {};
    }
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGTERM);
    seen = true;
    return {};
  };
  pool.submit(std::make_unique<Call>(1, look));
  pool.submit(std::make_unique<Call>(2, look));
  EXPECT_EQ(take_number(pool), 1);
  EXPECT_EQ(take_number(pool), 2);
  EXPECT_EQ(blocked.load(), 1);
}

TEST(OrderedPool, DoesEverythingItselfWhenThreadsAreRefused) {
  if (!testing::can_refuse_threads()) GTEST_SKIP() << "a sanitizer owns pthread_create";
  for (const int allowed : {0, 1}) {
    const testing::ThreadRefusal refusal(allowed);
    OrderedPool pool(4);
    for (int i = 0; i < 10; ++i) pool.submit(std::make_unique<Call>(i));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(take_number(pool), i);
    EXPECT_EQ(pool.started_threads(), static_cast<std::size_t>(allowed));
    EXPECT_EQ(testing::ThreadRefusal::refused(), 1);
  }
}

}  // namespace
}  // namespace corten::codec
