#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/stream.hpp"
#include "codec/sticky_error.hpp"

namespace corten::codec {

struct ZstdSinkOptions {
  /// 1 to 19 as the zstd tool has them, up to 22 with more memory, below 0 faster and larger (to -7).
  int level = 3;
  /// How many threads compress besides the writing one: 1 to 200. Does not change the output.
  unsigned workers = 1;
};

/// Writes one zstd frame (RFC 8878) with a checksum of the content.
///
/// The bytes depend on the content, the level and the version of the library, but not on the number of
/// workers or the sizes of the writes: even one worker cuts the input into jobs as many do, which is why
/// there is no setting without. Only when the system refuses to start any thread (EAGAIN under a pids limit)
/// does the writing thread compress by itself, and the bytes then differ.
///
/// Memory: per worker about four windows of the level (8 MiB at level 3, 32 MiB at 19). `out` must outlive
/// it.
class ZstdSink : public Sink {
 public:
  /// invalid_argument for a level or number of workers out of range; unavailable without memory.
  static Result<std::unique_ptr<ZstdSink>> create(Sink& out, const ZstdSinkOptions& options = {});
  ~ZstdSink() override;

  Result<> write(Bytes bytes) override;
  Result<> finish() override;

 private:
  struct Context;
  ZstdSink(Sink& out, std::unique_ptr<Context> context);

  static Result<> start(Context& context, const ZstdSinkOptions& options);
  Result<> compress(Bytes bytes);
  Result<> end_frame();

  Sink& out_;
  std::unique_ptr<Context> context_;
  std::vector<std::uint8_t> buffer_;
  bool finished_ = false;
  StickyError error_;
};

}  // namespace corten::codec
