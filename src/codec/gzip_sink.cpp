#include "codec/gzip_sink.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "codec/block_deflater.hpp"
#include "codec/gzip_header.hpp"
#include "codec/magic.hpp"

namespace corten::codec {

namespace {

// Part of the format that determinism promises: another size gives other bytes. Large enough that the
// dictionary and the flush of each block cost little, small enough for many threads.
constexpr std::size_t kBlockBytes = std::size_t{512} * 1024;
constexpr unsigned kMaxThreads = 256;
constexpr int kMaxIsalLevel = 3;
constexpr int kMaxLevel = 9;

std::unique_ptr<BlockDeflater> create_deflater(const GzipSinkOptions& options) {
  if (options.engine == DeflateEngine::isal) return create_isal_deflater(options.level);
  return create_zlib_deflater(options.level);
}

void put_u32(std::uint8_t* at, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace

// A piece of the input with the history before it, and what becomes of it.
class GzipSink::Block : public OrderedPool::Job {
 public:
  explicit Block(std::unique_ptr<BlockDeflater> deflater)
      : deflater_(std::move(deflater)),
        input_(std::make_unique_for_overwrite<std::uint8_t[]>(kDeflateHistoryBytes + kBlockBytes)) {}

  // Empties it and remembers the end of the block before it in the stream, if there is one.
  void begin(const Block* previous) {
    history_size_ = 0;
    data_size_ = 0;
    end_ = BlockDeflater::End::flushed;
    if (previous == nullptr) return;
    const auto history = previous->data().last(kDeflateHistoryBytes);
    std::ranges::copy(history, input_.get());
    history_size_ = history.size();
  }

  bool full() const { return data_size_ == kBlockBytes; }

  // Takes as much as fits; how many bytes.
  std::size_t append(Bytes bytes) {
    const auto size = std::min(bytes.size(), kBlockBytes - data_size_);
    std::ranges::copy(bytes.first(size), input_.get() + history_size_ + data_size_);
    data_size_ += size;
    return size;
  }

  void set_last() { end_ = BlockDeflater::End::final; }

  Result<> run() override {
    output_size_ = TRY(deflater_->deflate({input_.get(), history_size_}, data(), end_, output_));
    crc_ = fast_crc32(data());
    return {};
  }

  Bytes data() const { return {input_.get() + history_size_, data_size_}; }
  Bytes output() const { return Bytes(output_).first(output_size_); }
  std::uint32_t crc() const { return crc_; }

 private:
  std::unique_ptr<BlockDeflater> deflater_;
  std::unique_ptr<std::uint8_t[]> input_;
  std::size_t history_size_ = 0;
  std::size_t data_size_ = 0;
  BlockDeflater::End end_ = BlockDeflater::End::flushed;
  std::vector<std::uint8_t> output_;
  std::size_t output_size_ = 0;
  std::uint32_t crc_ = 0;
};

Result<std::unique_ptr<GzipSink>> GzipSink::create(Sink& out, const GzipSinkOptions& options) {
  auto chosen = options;
  if (chosen.engine == DeflateEngine::automatic) {
    chosen.engine = chosen.level <= kMaxIsalLevel ? DeflateEngine::isal : DeflateEngine::zlib;
  }
  const int max_level = chosen.engine == DeflateEngine::isal ? kMaxIsalLevel : kMaxLevel;
  if (chosen.level < 1 || chosen.level > max_level) {
    return fail(Errc::invalid_argument, "gzip level {}, expected 1 to {}", chosen.level, max_level);
  }
  if (chosen.threads < 1 || chosen.threads > kMaxThreads) {
    return fail(Errc::invalid_argument, "{} threads for gzip, expected 1 to {}", chosen.threads, kMaxThreads);
  }
  return std::unique_ptr<GzipSink>(new GzipSink(out, chosen));
}

GzipSink::GzipSink(Sink& out, const GzipSinkOptions& options)
    : out_(out),
      options_(options),
      max_pending_(options.threads == 1 ? 1 : std::size_t{2} * options.threads),
      block_(new_block()),
      pool_(options.threads) {
  block_->begin(nullptr);
}

GzipSink::~GzipSink() = default;

Result<> GzipSink::write(Bytes bytes) {
  if (error_.failed()) return error_.repeat();
  CORTEN_CHECK(!finished_, "no write after finish");
  return error_.keep(add(bytes));
}

Result<> GzipSink::finish() {
  if (error_.failed()) return error_.repeat();
  CORTEN_CHECK(!finished_, "finish once");
  finished_ = true;
  return error_.keep(add_last());
}

Result<> GzipSink::add(Bytes bytes) {
  while (!bytes.empty()) {
    // A full block waits for the byte after it: only then is it known not to be the last.
    if (block_->full()) TRY(submit_block());
    bytes = bytes.subspan(block_->append(bytes));
  }
  return {};
}

Result<> GzipSink::add_last() {
  block_->set_last();
  pool_.submit(std::move(block_));
  while (pool_.pending() > 0) TRY(emit_oldest());
  return write_trailer();
}

Result<> GzipSink::submit_block() {
  auto next = new_block();
  next->begin(block_.get());
  pool_.submit(std::exchange(block_, std::move(next)));
  while (pool_.pending() >= max_pending_) TRY(emit_oldest());
  return {};
}

Result<> GzipSink::emit_oldest() {
  auto job = TRY(pool_.take_oldest());
  std::unique_ptr<Block> block(static_cast<Block*>(job.release()));
  if (!header_written_) TRY(write_header());
  TRY(out_.write(block->output()));
  const auto size = block->data().size();
  crc_ = static_cast<std::uint32_t>(::crc32_combine(crc_, block->crc(), static_cast<z_off_t>(size)));
  size_bytes_ += size;
  unused_.push_back(std::move(block));
  return {};
}

std::unique_ptr<GzipSink::Block> GzipSink::new_block() {
  if (unused_.empty()) return std::make_unique<Block>(create_deflater(options_));
  auto block = std::move(unused_.back());
  unused_.pop_back();
  return block;
}

Result<> GzipSink::write_header() {
  constexpr std::uint8_t kUnknownSystem = 255;  // RFC 1952, OS: the same bytes from every host
  const std::uint8_t extra_flags = options_.level == kMaxLevel ? 2 : options_.level == 1 ? 4 : 0;
  const std::array<std::uint8_t, 10> header = {kGzipMagic0, kGzipMagic1, kGzipMethodDeflate, 0, 0, 0, 0,
                                               0,           extra_flags, kUnknownSystem};
  header_written_ = true;
  return out_.write(header);
}

Result<> GzipSink::write_trailer() {
  std::array<std::uint8_t, 8> trailer{};
  put_u32(trailer.data(), crc_);
  put_u32(trailer.data() + 4, static_cast<std::uint32_t>(size_bytes_));
  return out_.write(trailer);
}

}  // namespace corten::codec
