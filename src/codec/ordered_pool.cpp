#include "codec/ordered_pool.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include "base/check.hpp"
#include "codec/blocked_signals.hpp"

namespace corten::codec {

namespace {

// An exception must not leave a thread: that would end the process.
Result<> run_guarded(OrderedPool::Job& job) {
  try {
    return job.run();
  } catch (const std::bad_alloc&) {
    return fail(Errc::unavailable, "not enough memory");
  } catch (const std::exception& exception) {
    return fail(Errc::internal, "{}", exception.what());
  }
}

}  // namespace

OrderedPool::OrderedPool(unsigned threads) : max_workers_(std::size_t{threads} - 1) {
  CORTEN_CHECK(threads >= 1, "the caller is one of the threads");
}

OrderedPool::~OrderedPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  work_came_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void OrderedPool::submit(std::unique_ptr<Job> job) {
  auto slot = std::make_unique<Slot>();
  slot->job = std::move(job);
  {
    const std::scoped_lock lock(mutex_);
    slots_.push_back(std::move(slot));
  }
  ++pending_;
  // The caller will run one itself, so the first worker starts at the second job.
  if (workers_.size() < max_workers_ && workers_.size() + 1 < pending_) start_worker();
  work_came_.notify_one();
}

Result<std::unique_ptr<OrderedPool::Job>> OrderedPool::take_oldest() {
  CORTEN_CHECK(pending_ > 0, "something was submitted");
  std::unique_lock lock(mutex_);
  const Slot& oldest = *slots_.front();
  while (oldest.state != State::done) {
    if (Slot* waiting = find_waiting()) {
      run(*waiting, lock);
    } else {
      work_done_.wait(lock);
    }
  }
  const auto slot = std::move(slots_.front());
  slots_.pop_front();
  --pending_;
  TRY(std::move(slot->result));
  return std::move(slot->job);
}

void OrderedPool::start_worker() {
  const BlockedSignals blocked;
  try {
    workers_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    max_workers_ = workers_.size();  // refused (EAGAIN): go on with those there are
  }
}

void OrderedPool::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (Slot* waiting = find_waiting()) {
      run(*waiting, lock);
    } else {
      work_came_.wait(lock);
    }
  }
}

OrderedPool::Slot* OrderedPool::find_waiting() {
  const auto found = std::ranges::find(slots_, State::waiting,
                                       [](const std::unique_ptr<Slot>& slot) { return slot->state; });
  return found == slots_.end() ? nullptr : found->get();
}

void OrderedPool::run(Slot& slot, std::unique_lock<std::mutex>& lock) {
  slot.state = State::running;
  lock.unlock();
  auto result = run_guarded(*slot.job);
  lock.lock();
  slot.result = std::move(result);
  slot.state = State::done;
  work_done_.notify_all();
}

}  // namespace corten::codec
