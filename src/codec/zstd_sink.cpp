#include "codec/zstd_sink.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "codec/blocked_signals.hpp"

namespace corten::codec {

namespace {

constexpr int kMinLevel = -7;
constexpr unsigned kMaxWorkers = 200;  // ZSTDMT_NBWORKERS_MAX of 64-bit builds is 256

std::unexpected<Error> library_failure(std::size_t code) {
  const auto kind =
      ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation ? Errc::unavailable : Errc::internal;
  return fail(kind, "zstd: {}", ZSTD_getErrorName(code));
}

}  // namespace

struct ZstdSink::Context {
  Context() : cctx(ZSTD_createCCtx()) { CORTEN_CHECK(cctx != nullptr, "no memory for zstd"); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(cctx); }

  Result<> set(ZSTD_cParameter parameter, int value) const {
    const auto code = ZSTD_CCtx_setParameter(cctx, parameter, value);
    if (ZSTD_isError(code) != 0) return library_failure(code);
    return {};
  }

  ZSTD_CCtx* cctx;
};

Result<std::unique_ptr<ZstdSink>> ZstdSink::create(Sink& out, const ZstdSinkOptions& options) {
  if (options.level < kMinLevel || options.level > ZSTD_maxCLevel() || options.level == 0) {
    return fail(Errc::invalid_argument, "zstd level {}, expected 1 to {} or {} to -1", options.level,
                ZSTD_maxCLevel(), kMinLevel);
  }
  if (options.workers < 1 || options.workers > kMaxWorkers) {
    return fail(Errc::invalid_argument, "{} workers for zstd, expected 1 to {}", options.workers,
                kMaxWorkers);
  }
  const BlockedSignals blocked;  // for the workers that start here
  auto context = std::make_unique<Context>();
  auto started = start(*context, options);
  for (const unsigned workers : {1U, 0U}) {
    if (started || started.error().kind() != Errc::unavailable) break;
    // The library says "not enough memory" for threads that could not be started, too.
    log::debug("zstd: {} workers could not be started, trying with {}", options.workers, workers);
    context = std::make_unique<Context>();
    started = start(*context, {.level = options.level, .workers = workers});
  }
  TRY(std::move(started));
  return std::unique_ptr<ZstdSink>(new ZstdSink(out, std::move(context)));
}

Result<> ZstdSink::start(Context& context, const ZstdSinkOptions& options) {
  TRY(context.set(ZSTD_c_compressionLevel, options.level));
  TRY(context.set(ZSTD_c_checksumFlag, 1));
  TRY(context.set(ZSTD_c_nbWorkers, static_cast<int>(options.workers)));
  // A first call without input starts the workers. It also keeps the library from taking a call that both
  // begins and ends the frame as an announcement of the size, which would change the output.
  ZSTD_inBuffer in{nullptr, 0, 0};
  std::uint8_t byte = 0;
  ZSTD_outBuffer out{&byte, 0, 0};
  const auto code = ZSTD_compressStream2(context.cctx, &out, &in, ZSTD_e_continue);
  if (ZSTD_isError(code) != 0) return library_failure(code);
  return {};
}

ZstdSink::ZstdSink(Sink& out, std::unique_ptr<Context> context)
    : out_(out), context_(std::move(context)), buffer_(ZSTD_CStreamOutSize()) {}

ZstdSink::~ZstdSink() = default;

Result<> ZstdSink::write(Bytes bytes) {
  if (error_.failed()) return error_.repeat();
  CORTEN_CHECK(!finished_, "no write after finish");
  return error_.keep(compress(bytes));
}

Result<> ZstdSink::finish() {
  if (error_.failed()) return error_.repeat();
  CORTEN_CHECK(!finished_, "finish once");
  finished_ = true;
  return error_.keep(end_frame());
}

Result<> ZstdSink::compress(Bytes bytes) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (in.pos < in.size) {
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    const auto code = ZSTD_compressStream2(context_->cctx, &out, &in, ZSTD_e_continue);
    if (ZSTD_isError(code) != 0) return library_failure(code);
    TRY(out_.write(Bytes(buffer_).first(out.pos)));
  }
  return {};
}

Result<> ZstdSink::end_frame() {
  ZSTD_inBuffer in{nullptr, 0, 0};
  while (true) {
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    const auto left = ZSTD_compressStream2(context_->cctx, &out, &in, ZSTD_e_end);
    if (ZSTD_isError(left) != 0) return library_failure(left);
    TRY(out_.write(Bytes(buffer_).first(out.pos)));
    if (left == 0) return {};
  }
}

}  // namespace corten::codec
