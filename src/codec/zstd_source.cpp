#include "codec/zstd_source.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

#include "base/check.hpp"
#include "codec/magic.hpp"

namespace corten::codec {

namespace {
constexpr std::size_t kMinHeaderBytes = 6;  // RFC 8878, section 3.1.1.1: signature, descriptor, one more
}

struct ZstdSource::Context {
  explicit Context(int max_window_log) : dctx(ZSTD_createDCtx()) {
    CORTEN_CHECK(dctx != nullptr, "no memory for zstd");
    const auto code = ZSTD_DCtx_setParameter(dctx, ZSTD_d_windowLogMax, max_window_log);
    CORTEN_CHECK(!ZSTD_isError(code), "max_window_log is 10 to 31");
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(dctx); }

  ZSTD_DCtx* dctx;
};

ZstdSource::ZstdSource(Source& source, const ZstdSourceOptions& options)
    : DecoderSource(source, "zstd", options.max_decompressed_bytes),
      context_(std::make_unique<Context>(options.max_window_log)),
      max_window_log_(options.max_window_log) {}

ZstdSource::~ZstdSource() = default;

Result<std::size_t> ZstdSource::decode(MutableBytes buffer) {
  while (true) {
    if (!in_frame_) {
      const bool another = TRY(begin_frame());
      if (!another) return 0;
    }
    // The library does not say how far it came when it fails. Given only what it asked for, that is a block
    // or a header, it fails near the place.
    const auto buffered = input().available();
    const auto bytes = buffered.first(std::min(buffered.size(), wanted_));
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const auto code = ZSTD_decompressStream(context_->dctx, &out, &in);
    input().consume(in.pos);
    if (ZSTD_isError(code) != 0) return explain(code);
    if (code == 0) in_frame_ = false;  // ended, checked, and all of it is in `buffer`
    wanted_ = code;
    if (out.pos > 0) return out.pos;
    if (code == 0 || in.pos > 0) continue;
    if (!bytes.empty()) return input().fail_here(Errc::internal, "the decoder makes no progress");
    const auto more = TRY(input().require(1));
    if (more.empty()) return input().fail_here(Errc::data_loss, "ends in the middle of a frame");
  }
}

// False at the end of the stream. The signature is looked at here and not by the library, which also knows
// those of formats before zstd 0.8 that nobody should meet any more.
Result<bool> ZstdSource::begin_frame() {
  const auto start = TRY(input().require(kZstdMagicBytes));
  if (start.empty() && any_frame_) return false;
  if (!starts_zstd_frame(start)) {
    if (any_frame_) return input().fail_here(Errc::data_loss, "garbage after the last frame");
    if (start.size() < kZstdMagicBytes) return input().fail_here(Errc::data_loss, "ends before a frame");
    return input().fail_here(Errc::data_loss,
                             "expected the signature 28 b5 2f fd of zstd, found {:02x} {:02x} {:02x} {:02x}",
                             start[0], start[1], start[2], start[3]);
  }
  any_frame_ = true;
  in_frame_ = true;
  wanted_ = kMinHeaderBytes;
  return true;
}

std::unexpected<Error> ZstdSource::explain(std::size_t code) const {
  switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
      return input().fail_here(Errc::unsupported,
                               "a frame needs a window of more than 2^{} bytes, the cap for this stream",
                               max_window_log_);
    case ZSTD_error_dictionary_wrong:
      return input().fail_here(Errc::unsupported, "a frame needs a dictionary, which a stream cannot carry");
    case ZSTD_error_checksum_wrong:
      return input().fail_here(Errc::data_loss, "the content of a frame does not match its checksum");
    case ZSTD_error_memory_allocation:
      return input().fail_here(Errc::unavailable, "not enough memory");
    default:
      return input().fail_here(Errc::data_loss, "{}", ZSTD_getErrorName(code));
  }
}

}  // namespace corten::codec
