#include "cgroup/patience.hpp"

#include <algorithm>
#include <thread>

namespace corten::cgroup {

bool Patience::pause() {
  constexpr std::chrono::microseconds kLongest{20'000};
  if (std::chrono::steady_clock::now() >= deadline_) return false;
  std::this_thread::sleep_for(next_);
  next_ = std::min(next_ * 2, kLongest);
  return true;
}

}  // namespace corten::cgroup
