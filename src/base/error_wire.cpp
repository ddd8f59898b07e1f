#include "base/error_wire.hpp"

#include <algorithm>
#include <cstdint>

namespace corten {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMaxTextBytes = 64 * 1024;
constexpr std::size_t kMaxFrames = 256;

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
}

void put_text(std::string& out, std::string_view text) {
  text = text.substr(0, kMaxTextBytes);
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  Result<std::uint8_t> u8() {
    const auto text = TRY(take(1));
    return static_cast<std::uint8_t>(text[0]);
  }

  Result<std::uint32_t> u32() {
    const auto text = TRY(take(4));
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) << (8 * i);
    }
    return value;
  }

  Result<std::string> text() {
    const auto size = TRY(u32());
    if (size > kMaxTextBytes) return fail(Errc::data_loss, "error record: text of {} bytes", size);
    const auto bytes = TRY(take(size));
    return std::string(bytes);
  }

  bool at_end() const { return rest_.empty(); }

 private:
  Result<std::string_view> take(std::size_t size) {
    if (rest_.size() < size) return fail(Errc::data_loss, "error record: cut short");
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

Result<> read_frames(Reader& reader, Error& error, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    auto frame = TRY(reader.text());
    error.add_frame(std::move(frame));
  }
  return {};
}

}  // namespace

std::string encode_error(const Error& error) {
  std::string out;
  out += static_cast<char>(kVersion);
  out += static_cast<char>(error.kind());
  put_u32(out, static_cast<std::uint32_t>(error.errnum()));
  put_text(out, error.hint());
  const auto& frames = error.frames();
  const auto count = std::min(frames.size(), kMaxFrames);
  put_u32(out, static_cast<std::uint32_t>(count));
  for (std::size_t i = 0; i < count; ++i) put_text(out, frames[i]);
  return out;
}

Result<Error> decode_error(std::string_view bytes) {
  Reader reader(bytes);
  const auto version = TRY(reader.u8());
  if (version != kVersion) return fail(Errc::data_loss, "error record: unknown version {}", version);
  const auto kind = TRY(reader.u8());
  if (kind > static_cast<std::uint8_t>(Errc::internal)) {
    return fail(Errc::data_loss, "error record: unknown kind {}", kind);
  }
  const auto errnum = TRY(reader.u32());
  auto hint = TRY(reader.text());
  const auto count = TRY(reader.u32());
  if (count == 0 || count > kMaxFrames) return fail(Errc::data_loss, "error record: {} frames", count);
  auto first = TRY(reader.text());
  Error error(static_cast<Errc>(kind), std::move(first), static_cast<int>(errnum));
  error.set_hint(std::move(hint));
  TRY(read_frames(reader, error, count - 1));
  if (!reader.at_end()) return fail(Errc::data_loss, "error record: bytes after the last frame");
  return error;
}

}  // namespace corten
