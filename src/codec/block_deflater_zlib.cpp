#include <zlib.h>

#include <algorithm>

#include "base/check.hpp"
#include "codec/block_deflater.hpp"

namespace corten::codec {

namespace {

constexpr int kRawDeflate = -MAX_WBITS;
constexpr int kMemoryLevel = 8;  // zlib's default

class ZlibDeflater : public BlockDeflater {
 public:
  explicit ZlibDeflater(int level) {
    const int code = deflateInit2(&stream_, level, Z_DEFLATED, kRawDeflate, kMemoryLevel, Z_DEFAULT_STRATEGY);
    CORTEN_CHECK(code == Z_OK, "no memory for zlib");
  }
  ZlibDeflater(const ZlibDeflater&) = delete;
  ZlibDeflater& operator=(const ZlibDeflater&) = delete;
  ~ZlibDeflater() override { deflateEnd(&stream_); }

  Result<std::size_t> deflate(Bytes history, Bytes data, End end, std::vector<std::uint8_t>& out) override {
    CORTEN_CHECK(deflateReset(&stream_) == Z_OK, "deflateReset");
    if (!history.empty()) {
      const int code = deflateSetDictionary(&stream_, history.data(), static_cast<uInt>(history.size()));
      CORTEN_CHECK(code == Z_OK, "a dictionary can be set before the first byte");
    }
    stream_.next_in = const_cast<Bytef*>(data.data());  // not written through: zlib.h without ZLIB_CONST
    stream_.avail_in = static_cast<uInt>(data.size());

    constexpr std::size_t kSyncFlushBytes = 16;  // deflateBound() does not count the empty block
    const auto bound = deflateBound(&stream_, static_cast<uLong>(data.size())) + kSyncFlushBytes;
    out.resize(std::max<std::size_t>(out.size(), bound));
    const int flush = end == End::flushed ? Z_SYNC_FLUSH : Z_FINISH;
    std::size_t filled = 0;
    while (true) {
      stream_.next_out = out.data() + filled;
      stream_.avail_out = static_cast<uInt>(out.size() - filled);
      const int code = ::deflate(&stream_, flush);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {  // the last: nothing was left
        return fail(Errc::internal, "zlib deflate failed with code {}", code);
      }
      filled = out.size() - stream_.avail_out;
      if (stream_.avail_out > 0) break;  // room left: everything is out
      out.resize(out.size() * 2);
    }
    return filled;
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::unique_ptr<BlockDeflater> create_zlib_deflater(int level) {
  return std::make_unique<ZlibDeflater>(level);
}

}  // namespace corten::codec
