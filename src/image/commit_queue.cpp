#include "image/commit_queue.hpp"

#include <utility>

namespace corten::image {
namespace {

// How many unpacked layers may wait for one below: each keeps descriptors open.
constexpr std::size_t kMaxWaiting = 64;

}  // namespace

CommitQueue::CommitQueue(snapshot::Snapshotter& snapshots, std::vector<snapshot::LayerName> names,
                         OnCommitted on_committed)
    : snapshots_(snapshots),
      names_(std::move(names)),
      on_committed_(std::move(on_committed)),
      slots_(names_.size()) {}

std::optional<std::size_t> CommitQueue::take() {
  std::unique_lock lock(mutex_);
  // The layer that all wait for was handed out before and is being worked on, so this ends.
  changed_.wait(lock, [&] {
    return stop_.stop_requested() || next_to_take_ == names_.size() ||
           next_to_take_ < next_to_commit_ + kMaxWaiting;
  });
  if (stop_.stop_requested() || next_to_take_ == names_.size()) return std::nullopt;
  return next_to_take_++;
}

void CommitQueue::give(std::size_t position, std::unique_ptr<snapshot::LayerWriter> writer) {
  std::unique_lock lock(mutex_);
  slots_[position] = {.given = true, .writer = std::move(writer)};
  if (committing_) return;  // whoever commits finds it
  committing_ = true;
  while (!stop_.stop_requested() && next_to_commit_ < slots_.size() && slots_[next_to_commit_].given) {
    const auto turn = next_to_commit_;
    auto in_turn = std::move(slots_[turn].writer);
    lock.unlock();
    auto committed = commit(turn, std::move(in_turn));
    const bool done = committed.has_value();
    if (!done) fail(std::move(committed).error());
    lock.lock();
    if (done) ++next_to_commit_;
    changed_.notify_all();
  }
  committing_ = false;
}

Result<> CommitQueue::commit(std::size_t position, std::unique_ptr<snapshot::LayerWriter> writer) {
  if (writer != nullptr) {
    const auto& name = names_[position];
    TRY_CTX(snapshots_.commit(std::move(writer), name), "committing the layer with diffID '{}'",
            name.diff_id.to_string());
  }
  on_committed_(position);
  return {};
}

void CommitQueue::fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  stop_.request_stop();
  changed_.notify_all();
}

void CommitQueue::request_stop() { fail(Error(Errc::canceled, "canceled")); }

Result<> CommitQueue::result() && {
  const std::lock_guard lock(mutex_);
  if (error_) return std::unexpected(std::move(*error_));
  return {};
}

}  // namespace corten::image
