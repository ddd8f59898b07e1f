#include "codec/gzip_source.hpp"

#include <algorithm>

#include "codec/gzip_header.hpp"
#include "codec/magic.hpp"

namespace corten::codec {

namespace {

constexpr std::size_t kTrailerBytes = 8;

std::uint32_t read_u32(Bytes bytes) {
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8U | std::uint32_t{bytes[2]} << 16U |
         std::uint32_t{bytes[3]} << 24U;
}

}  // namespace

GzipSource::GzipSource(Source& source, const GzipSourceOptions& options)
    : DecoderSource(source, "gzip", options.max_decompressed_bytes),
      inflater_(create_inflater(options.engine)) {}

Result<std::size_t> GzipSource::decode(MutableBytes buffer) {
  while (state_ != State::ended) {
    switch (state_) {
      case State::first_header:
        TRY(begin_member());
        break;
      case State::after_member:
        TRY(find_next_member());
        break;
      default: {
        const auto size = TRY(decode_body(buffer));
        if (size > 0) return size;
      }
    }
  }
  return 0;
}

// Zero when the member has ended.
Result<std::size_t> GzipSource::decode_body(MutableBytes buffer) {
  while (true) {
    const auto in = input().available();
    const auto step = inflater_->inflate(in, buffer);
    if (step.consumed >= 0) {
      input().consume(static_cast<std::size_t>(step.consumed));
    } else {
      input().unread(static_cast<std::size_t>(-step.consumed));
    }
    if (step.status == Inflater::Status::damaged)
      return input().fail_here(Errc::data_loss, "{}", step.problem);

    member_crc_ = inflater_->crc32(member_crc_, buffer.first(step.produced));
    member_size_ += static_cast<std::uint32_t>(step.produced);
    if (step.status == Inflater::Status::ended) {
      TRY(read_trailer());
      state_ = State::after_member;
      return step.produced;
    }
    if (step.produced > 0) return step.produced;
    if (!in.empty()) {
      if (step.consumed == 0) return input().fail_here(Errc::internal, "the decoder makes no progress");
      continue;
    }
    const auto more = TRY(input().require(1));
    if (more.empty()) return input().fail_here(Errc::data_loss, "ends in the middle of a member");
  }
}

Result<> GzipSource::read_trailer() {
  const auto trailer = TRY(input().require(kTrailerBytes));
  if (trailer.size() < kTrailerBytes) {
    input().consume(trailer.size());
    return input().fail_here(Errc::data_loss, "ends in the trailer of a member");
  }
  const auto crc = read_u32(trailer);
  const auto size = read_u32(trailer.subspan(4));
  if (crc != member_crc_) {
    return input().fail_here(Errc::data_loss, "the content has CRC {:08x}, the trailer says {:08x}",
                             member_crc_, crc);
  }
  if (size != member_size_) {
    return input().fail_here(Errc::data_loss, "the content has length {} (modulo 2^32), the trailer says {}",
                             member_size_, size);
  }
  input().consume(kTrailerBytes);
  return {};
}

Result<> GzipSource::find_next_member() {
  const auto next = TRY(input().require(1));
  if (next.empty()) {
    state_ = State::ended;
    return {};
  }
  if (next[0] == 0) return skip_zero_padding();
  const auto magic = TRY(input().require(kGzipMagicBytes));
  if (!starts_gzip_member(magic)) {
    return input().fail_here(Errc::data_loss, "garbage after the last member");
  }
  return begin_member();
}

Result<> GzipSource::skip_zero_padding() {
  while (true) {
    const auto rest = TRY(input().require(1));
    if (rest.empty()) {
      state_ = State::ended;
      return {};
    }
    const auto other = std::ranges::find_if(rest, [](std::uint8_t byte) { return byte != 0; });
    input().consume(static_cast<std::size_t>(other - rest.begin()));
    if (other != rest.end()) {
      return input().fail_here(Errc::data_loss, "garbage after the zero bytes that follow the last member");
    }
  }
}

Result<> GzipSource::begin_member() {
  TRY(skip_gzip_header(input()));
  inflater_->reset();
  member_crc_ = 0;
  member_size_ = 0;
  state_ = State::body;
  return {};
}

}  // namespace corten::codec
