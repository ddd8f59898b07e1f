#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/stream.hpp"
#include "registry/resuming_source.hpp"

namespace corten::registry {

/// A wish to stop of our own that follows one or two others as well.
class LinkedStop {
 public:
  explicit LinkedStop(const std::stop_token& parent, const std::stop_token& second = {})
      : link_(parent, Request{own_}), second_link_(second, Request{own_}) {}

  std::stop_token token() const { return own_.get_token(); }
  void request() { own_.request_stop(); }

 private:
  struct Request {
    std::stop_source own;
    void operator()() { own.request_stop(); }
  };
  std::stop_source own_;
  std::stop_callback<Request> link_;
  std::stop_callback<Request> second_link_;
};

/// Opens one piece of a blob: a Source of exactly these bytes, with its own tries. Called from any thread,
/// several at once; ends soon when `stop` asks to.
using OpenPiece =
    std::function<Result<std::unique_ptr<Source>>(const ByteSpan& piece, const std::stop_token& stop)>;

/// A part of a blob fetched in pieces over several connections at once, handed out in order. One connection
/// is often limited by the storage behind a registry, or by the way there, to less than the line can take.
///
/// Threads fetch pieces ahead, at most `buffers` of them in memory; they start with the object, with all
/// signals blocked, and end with it. Where the system refuses threads, the reader fetches by itself.
class ParallelRangeSource : public Source {
 public:
  struct Options {
    ByteSpan span;
    std::uint64_t piece_bytes;
    unsigned threads;
    unsigned buffers;                  ///< At least 1.
    std::unique_ptr<LinkedStop> stop;  ///< Ends the fetching; `first` may listen to it already.
    std::shared_ptr<void> keep = {};   ///< Anything that must stay until the threads have ended.
  };
  /// `first` is the open Source of the first piece, or null.
  ParallelRangeSource(Options options, OpenPiece open, std::unique_ptr<Source> first);
  ~ParallelRangeSource() override;

  Result<std::size_t> read(MutableBytes buffer) override;

  std::size_t started_threads() const { return threads_.size(); }

 private:
  struct Piece {
    ByteSpan span;
    std::unique_ptr<std::uint8_t[]> bytes;
    std::optional<Error> error = {};
    bool done = false;
  };

  void start_threads();
  void work();
  Piece* take_next(std::unique_lock<std::mutex>& lock);
  void fetch(Piece& piece, std::unique_lock<std::mutex>& lock);
  Result<> fill(Piece& piece, std::unique_ptr<Source> source) const;
  Piece* wait_for_front(std::unique_lock<std::mutex>& lock);

  Options options_;
  OpenPiece open_;
  std::unique_ptr<Source> first_;

  std::mutex mutex_;
  std::condition_variable room_came_;
  std::condition_variable piece_came_;
  std::deque<std::unique_ptr<Piece>> pieces_;  // oldest first: being fetched, fetched, or being read
  std::vector<std::unique_ptr<std::uint8_t[]>> spare_;
  std::uint64_t next_begin_;
  std::uint64_t read_of_front_ = 0;
  bool stopping_ = false;  // also after an error: no more pieces
  std::vector<std::thread> threads_;
};

}  // namespace corten::registry
