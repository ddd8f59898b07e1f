#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "snapshot/snapshotter.hpp"

namespace corten::image {

/// Hands out the layers of an image to workers, from the lowest on, and commits what they bring in the order
/// of the chain: a snapshot can be committed only after that below it. Thread-safe.
class CommitQueue {
 public:
  /// Told the position of a layer that is committed, or was there.
  using OnCommitted = std::function<void(std::size_t)>;

  CommitQueue(snapshot::Snapshotter& snapshots, std::vector<snapshot::LayerName> names,
              OnCommitted on_committed);

  /// The next layer to work on; nothing when there is none left, or work has to stop. Waits while too many
  /// layers stand ready above one that is not.
  std::optional<std::size_t> take();

  /// The unpacked layer, or nothing if it needs no commit. Commits whatever is in turn now.
  void give(std::size_t position, std::unique_ptr<snapshot::LayerWriter> writer);

  /// The first error counts and stops everything; the others followed from it.
  void fail(Error error);

  /// What workers look at to stop early.
  std::stop_token stop_token() const { return stop_.get_token(); }
  void request_stop();

  /// After all workers ended: the first error.
  Result<> result() &&;

 private:
  struct Slot {
    bool given = false;
    std::unique_ptr<snapshot::LayerWriter> writer = {};
  };

  Result<> commit(std::size_t position, std::unique_ptr<snapshot::LayerWriter> writer);

  snapshot::Snapshotter& snapshots_;
  std::vector<snapshot::LayerName> names_;
  OnCommitted on_committed_;
  std::stop_source stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;
  std::size_t next_to_take_ = 0;
  std::size_t next_to_commit_ = 0;
  bool committing_ = false;
  std::optional<Error> error_;
};

}  // namespace corten::image
