#include "image/parallel.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace corten::image {
namespace {

using Work = std::function<Result<>(std::size_t position, std::stop_token stop)>;

class Run {
 public:
  Run(std::size_t count, const Work& work) : count_(count), work_(work) {}

  void take_part() {
    while (const auto position = take()) {
      auto done = call(*position);
      if (!done) fail_with(std::move(done).error());
    }
  }

  void fail_with(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    stop_.request_stop();
  }

  Result<> result() && {
    if (error_) return std::unexpected(std::move(*error_));
    return {};
  }

 private:
  std::optional<std::size_t> take() {
    const std::lock_guard lock(mutex_);
    if (stop_.stop_requested() || next_ == count_) return std::nullopt;
    return next_++;
  }

  // Our functions do not throw: memory ran out, or a bug.
  Result<> call(std::size_t position) {
    try {
      return work_(position, stop_.get_token());
    } catch (const std::exception& exception) {
      return fail(Errc::internal, "working in parallel: {}", exception.what());
    }
  }

  std::size_t count_;
  const Work& work_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<> run_parallel(std::size_t count, unsigned max_parallel, const std::stop_token& stop,
                      const Work& work) {
  Run run(count, work);
  {
    const std::stop_callback forward(stop, [&] { run.fail_with(Error(Errc::canceled, "canceled")); });
    const auto wanted = std::min<std::size_t>(count, std::max(max_parallel, 1U));
    std::vector<std::jthread> helpers;
    try {
      for (std::size_t i = 1; i < wanted; ++i) helpers.emplace_back([&run] { run.take_part(); });
    } catch (const std::system_error& error) {
      // A pids limit, say: those that are there do it all.
      log::debug("working with {} threads: {}", helpers.size() + 1, error.what());
    }
    run.take_part();
  }
  return std::move(run).result();
}

}  // namespace corten::image
