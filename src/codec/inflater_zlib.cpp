#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "codec/inflater.hpp"

namespace corten::codec {

namespace {

constexpr int kRawDeflate = -MAX_WBITS;

uInt clamped(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class ZlibInflater : public Inflater {
 public:
  ZlibInflater() { CORTEN_CHECK(inflateInit2(&stream_, kRawDeflate) == Z_OK, "no memory for zlib"); }
  ZlibInflater(const ZlibInflater&) = delete;
  ZlibInflater& operator=(const ZlibInflater&) = delete;
  ~ZlibInflater() override { inflateEnd(&stream_); }

  void reset() override { CORTEN_CHECK(inflateReset(&stream_) == Z_OK, "inflateReset"); }

  Step inflate(Bytes in, MutableBytes out) override {
    stream_.next_in = const_cast<Bytef*>(in.data());  // not written through: zlib.h without ZLIB_CONST
    stream_.avail_in = clamped(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = clamped(out.size());
    const int code = ::inflate(&stream_, Z_NO_FLUSH);

    Step step{.consumed = stream_.next_in - in.data(),
              .produced = static_cast<std::size_t>(stream_.next_out - out.data())};
    if (code == Z_STREAM_END) {
      step.status = Status::ended;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {  // Z_BUF_ERROR: nothing to do without more input
      CORTEN_CHECK(code != Z_MEM_ERROR, "no memory for zlib");
      step.status = Status::damaged;
      step.problem = stream_.msg != nullptr ? stream_.msg : "invalid deflate data";
    }
    return step;
  }

  std::uint32_t crc32(std::uint32_t crc, Bytes bytes) const override {
    return static_cast<std::uint32_t>(::crc32_z(crc, bytes.data(), bytes.size()));
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::unique_ptr<Inflater> create_zlib_inflater() { return std::make_unique<ZlibInflater>(); }

}  // namespace corten::codec
