#include <algorithm>
#include <limits>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "codec/inflater.hpp"

namespace corten::codec {

namespace {

std::string_view problem_text(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK:
      return "invalid block header";
    case ISAL_INVALID_SYMBOL:
      return "invalid code";
    case ISAL_INVALID_LOOKBACK:
      return "invalid distance too far back";
    default:
      return "invalid deflate data";
  }
}

std::uint32_t clamped(std::size_t size) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(size, std::numeric_limits<std::int32_t>::max()));
}

class IsalInflater : public Inflater {
 public:
  IsalInflater() { isal_inflate_init(&state_); }

  void reset() override { isal_inflate_reset(&state_); }

  Step inflate(Bytes in, MutableBytes out) override {
    // The library does not write through next_in; its interface merely predates const.
    state_.next_in = const_cast<std::uint8_t*>(in.data());
    state_.avail_in = clamped(in.size());
    state_.next_out = out.data();
    state_.avail_out = clamped(out.size());
    const int code = isal_inflate(&state_);

    // Whole bytes that wait in the bit buffer were taken but not used. Some may be of an earlier input.
    Step step{.consumed = state_.next_in - in.data(),
              .produced = static_cast<std::size_t>(state_.next_out - out.data())};
    if (code < 0) {
      step.status = Status::damaged;
      step.problem = problem_text(code);
    } else if (state_.block_state == ISAL_BLOCK_FINISH) {
      step.status = Status::ended;
      step.consumed -= state_.read_in_length / 8;
    }
    return step;
  }

  std::uint32_t crc32(std::uint32_t crc, Bytes bytes) const override {
    return crc32_gzip_refl(crc, bytes.data(), bytes.size());
  }

 private:
  inflate_state state_;
};

}  // namespace

std::unique_ptr<Inflater> create_isal_inflater() { return std::make_unique<IsalInflater>(); }

std::unique_ptr<Inflater> create_inflater(InflateEngine engine) {
  return engine == InflateEngine::isal ? create_isal_inflater() : create_zlib_inflater();
}

}  // namespace corten::codec
