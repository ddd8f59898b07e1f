#include <algorithm>
#include <array>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/check.hpp"
#include "codec/block_deflater.hpp"

namespace corten::codec {

namespace {

// The sizes that igzip_lib.h calls DEFAULT.
constexpr std::array<std::uint32_t, 4> kLevelBufferBytes = {ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
                                                            ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};

class IsalDeflater : public BlockDeflater {
 public:
  explicit IsalDeflater(int level)
      : level_(static_cast<std::uint32_t>(level)), level_buffer_(kLevelBufferBytes.at(level_)) {}

  Result<std::size_t> deflate(Bytes history, Bytes data, End end, std::vector<std::uint8_t>& out) override {
    isal_deflate_init(&stream_);
    stream_.level = level_;
    stream_.level_buf = level_buffer_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
    stream_.flush = end == End::flushed ? SYNC_FLUSH : NO_FLUSH;
    stream_.end_of_stream = end == End::final ? 1 : 0;
    if (!history.empty()) {
      // The library reads these without writing; its interface merely predates const.
      const int code = isal_deflate_set_dict(&stream_, const_cast<std::uint8_t*>(history.data()),
                                             static_cast<std::uint32_t>(history.size()));
      CORTEN_CHECK(code == COMP_OK, "a dictionary can be set before the first byte");
    }
    stream_.next_in = const_cast<std::uint8_t*>(data.data());
    stream_.avail_in = static_cast<std::uint32_t>(data.size());

    // Incompressible data becomes stored blocks, 5 bytes for at most 64 KiB.
    out.resize(std::max(out.size(), data.size() + data.size() / 8 + 1024));
    std::size_t filled = 0;
    while (true) {
      stream_.next_out = out.data() + filled;
      stream_.avail_out = static_cast<std::uint32_t>(out.size() - filled);
      const int code = isal_deflate(&stream_);
      if (code != COMP_OK) return fail(Errc::internal, "ISA-L deflate failed with code {}", code);
      filled = out.size() - stream_.avail_out;
      if (stream_.avail_out > 0) break;  // room left: everything is out
      out.resize(out.size() * 2);
    }
    CORTEN_CHECK(stream_.avail_in == 0, "ISA-L takes all input while there is room");
    return filled;
  }

 private:
  std::uint32_t level_;
  std::vector<std::uint8_t> level_buffer_;
  isal_zstream stream_{};
};

}  // namespace

std::unique_ptr<BlockDeflater> create_isal_deflater(int level) {
  CORTEN_CHECK(level >= 1 && level <= ISAL_DEF_MAX_LEVEL, "a level of ISA-L");
  return std::make_unique<IsalDeflater>(level);
}

std::uint32_t fast_crc32(Bytes bytes) { return crc32_gzip_refl(0, bytes.data(), bytes.size()); }

}  // namespace corten::codec
