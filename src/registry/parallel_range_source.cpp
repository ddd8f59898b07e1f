#include "registry/parallel_range_source.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <system_error>

#include "base/check.hpp"
#include "codec/blocked_signals.hpp"

namespace corten::registry {

ParallelRangeSource::ParallelRangeSource(Options options, OpenPiece open, std::unique_ptr<Source> first)
    : options_(std::move(options)),
      open_(std::move(open)),
      first_(std::move(first)),
      next_begin_(options_.span.begin) {
  CORTEN_CHECK(options_.buffers > 0 && options_.piece_bytes > 0, "pieces have a place and a size");
  start_threads();
}

ParallelRangeSource::~ParallelRangeSource() {
  options_.stop->request();
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  room_came_.notify_all();
  for (auto& thread : threads_) thread.join();
  pieces_.clear();
  spare_.clear();
  options_.keep.reset();
}

void ParallelRangeSource::start_threads() {
  const codec::BlockedSignals blocked;
  while (threads_.size() < options_.threads) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      return;  // refused (EAGAIN under a pids limit): those there are go on, or the reader does it alone
    }
  }
}

void ParallelRangeSource::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    room_came_.wait(lock, [this] {
      return stopping_ || next_begin_ == options_.span.end || pieces_.size() < options_.buffers;
    });
    Piece* piece = take_next(lock);
    if (piece == nullptr) return;
    fetch(*piece, lock);
  }
}

// The next piece to fetch, now in the window; null when there is none.
ParallelRangeSource::Piece* ParallelRangeSource::take_next(std::unique_lock<std::mutex>&) {
  if (stopping_ || next_begin_ == options_.span.end) return nullptr;
  const auto end = next_begin_ + std::min(options_.piece_bytes, options_.span.end - next_begin_);
  auto piece = std::make_unique<Piece>(Piece{.span = {.begin = next_begin_, .end = end}, .bytes = nullptr});
  if (!spare_.empty()) {
    piece->bytes = std::move(spare_.back());
    spare_.pop_back();
  }
  next_begin_ = end;
  return pieces_.emplace_back(std::move(piece)).get();
}

void ParallelRangeSource::fetch(Piece& piece, std::unique_lock<std::mutex>& lock) {
  auto source = piece.span.begin == options_.span.begin ? std::move(first_) : nullptr;
  lock.unlock();
  Result<> result;
  try {
    result = fill(piece, std::move(source));
  } catch (const std::bad_alloc&) {
    result = fail(Errc::unavailable, "not enough memory");
  } catch (const std::exception& exception) {
    // Must not leave a thread: that would end the process.
    result = fail(Errc::internal, "{}", exception.what());
  }
  lock.lock();
  if (!result) {
    piece.error = std::move(result).error();
    stopping_ = true;
    room_came_.notify_all();
  }
  piece.done = true;
  piece_came_.notify_all();
}

Result<> ParallelRangeSource::fill(Piece& piece, std::unique_ptr<Source> source) const {
  if (piece.bytes == nullptr) {
    piece.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(
        static_cast<std::size_t>(std::min(options_.piece_bytes, options_.span.size())));
  }
  if (source == nullptr) source = TRY(open_(piece.span, options_.stop->token()));
  const auto wanted = static_cast<std::size_t>(piece.span.size());
  const auto size = TRY(read_full(*source, {piece.bytes.get(), wanted}));
  if (size != wanted) {
    return fail(Errc::data_loss, "the blob ended after {} of {} bytes", piece.span.begin + size,
                options_.span.end);
  }
  // The look behind the end: the connection is then free for the next piece.
  std::uint8_t more = 0;
  TRY(source->read({&more, 1}));
  return {};
}

// The oldest piece once it is there; null at the end of the span.
ParallelRangeSource::Piece* ParallelRangeSource::wait_for_front(std::unique_lock<std::mutex>& lock) {
  if (threads_.empty() && pieces_.empty()) {
    if (Piece* piece = take_next(lock)) fetch(*piece, lock);
  }
  piece_came_.wait(lock, [this] {
    if (pieces_.empty()) return stopping_ || next_begin_ == options_.span.end;
    return pieces_.front()->done;
  });
  return pieces_.empty() ? nullptr : pieces_.front().get();
}

Result<std::size_t> ParallelRangeSource::read(MutableBytes buffer) {
  if (buffer.empty()) return 0;
  std::unique_lock lock(mutex_);
  Piece* piece = wait_for_front(lock);
  if (piece == nullptr) return 0;
  // Stays at the front, so that later calls repeat it.
  if (piece->error) return std::unexpected(piece->error->clone());
  const auto left = static_cast<std::size_t>(piece->span.size() - read_of_front_);
  const auto size = std::min(left, buffer.size());
  lock.unlock();  // a finished piece is the reader's alone
  std::copy_n(piece->bytes.get() + read_of_front_, size, buffer.data());
  lock.lock();
  read_of_front_ += size;
  if (size == left) {
    read_of_front_ = 0;
    spare_.push_back(std::move(piece->bytes));
    pieces_.pop_front();
    room_came_.notify_one();
  }
  return size;
}

}  // namespace corten::registry
