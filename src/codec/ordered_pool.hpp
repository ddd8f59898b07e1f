#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace corten::codec {

/// Runs jobs on a few threads and hands them back in the order in which they came.
///
/// The submitting thread counts as one of the threads: it runs jobs itself while it waits in take_oldest().
/// So with one thread, or when the system refuses to start others (EAGAIN under a pids limit), everything
/// still gets done, by the caller. Threads start only when there is work for them, with all signals blocked,
/// and end with the pool. submit() and take_oldest() belong to one thread.
class OrderedPool {
 public:
  class Job {
   public:
    virtual ~Job() = default;
    /// On any thread, once per submit(). Exceptions become errors.
    virtual Result<> run() = 0;
  };

  /// `threads` counts the caller; at least 1.
  explicit OrderedPool(unsigned threads);
  OrderedPool(const OrderedPool&) = delete;
  OrderedPool& operator=(const OrderedPool&) = delete;
  /// Waits for running jobs and drops the others.
  ~OrderedPool();

  void submit(std::unique_ptr<Job> job);
  /// Jobs submitted and not taken: the caller bounds memory by taking before there are too many.
  std::size_t pending() const { return pending_; }
  /// Waits for the oldest job and gives it back, or its error. Only while pending() is not zero.
  Result<std::unique_ptr<Job>> take_oldest();

  /// Threads started so far besides the caller's.
  std::size_t started_threads() const { return workers_.size(); }

 private:
  enum class State : std::uint8_t { waiting, running, done };
  struct Slot {
    std::unique_ptr<Job> job;
    State state = State::waiting;
    Result<> result{};
  };

  void start_worker();
  void work();
  Slot* find_waiting();
  void run(Slot& slot, std::unique_lock<std::mutex>& lock);

  std::size_t max_workers_;
  std::size_t pending_ = 0;
  std::vector<std::thread> workers_;

  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable work_done_;
  std::deque<std::unique_ptr<Slot>> slots_;  // oldest first
  bool stopping_ = false;
};

}  // namespace corten::codec
