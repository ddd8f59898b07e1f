#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/stream.hpp"
#include "codec/ordered_pool.hpp"
#include "codec/sticky_error.hpp"

namespace corten::codec {

enum class DeflateEngine : std::uint8_t {
  automatic,  ///< ISA-L for levels 1 to 3, zlib above.
  isal,       ///< Levels 1 to 3, about ten times as fast as zlib's 6.
  zlib,       ///< Levels 1 to 9.
};

struct GzipSinkOptions {
  /// 1 (fast) to 9 (small).
  int level = 3;
  DeflateEngine engine = DeflateEngine::automatic;
  /// How many threads compress, the writing one included: 1 to 256. Does not change the output.
  unsigned threads = 1;
};

/// Writes one gzip member (RFC 1952), readable by everything that reads gzip, without name or time.
///
/// The input is cut into blocks of fixed size that are compressed apart, each with the 32 KiB before it as
/// dictionary, and joined into one deflate stream. So the bytes depend on the content, the level, the engine
/// and the versions of the libraries (ISA-L may also choose other matches on other processors), but not on
/// the number of threads or the sizes of the writes.
///
/// Memory: about 1.5 MiB for each of 2 * threads blocks (one block for one thread). `out` must outlive it.
class GzipSink : public Sink {
 public:
  /// invalid_argument for a level that the engine does not have.
  static Result<std::unique_ptr<GzipSink>> create(Sink& out, const GzipSinkOptions& options = {});
  ~GzipSink() override;

  Result<> write(Bytes bytes) override;
  Result<> finish() override;

 private:
  class Block;
  GzipSink(Sink& out, const GzipSinkOptions& options);

  Result<> add(Bytes bytes);
  Result<> add_last();
  Result<> write_header();
  Result<> write_trailer();
  Result<> submit_block();
  Result<> emit_oldest();
  std::unique_ptr<Block> new_block();

  Sink& out_;
  GzipSinkOptions options_;
  std::size_t max_pending_;
  std::vector<std::unique_ptr<Block>> unused_;  // to be filled again
  std::unique_ptr<Block> block_;                // being filled
  std::uint32_t crc_ = 0;
  std::uint64_t size_bytes_ = 0;
  bool header_written_ = false;
  bool finished_ = false;
  StickyError error_;
  OrderedPool pool_;  // last: its threads end before what they work on goes
};

}  // namespace corten::codec
