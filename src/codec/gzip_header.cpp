#include "codec/gzip_header.hpp"

#include <zlib.h>

#include <algorithm>

#include "codec/magic.hpp"

namespace corten::codec {

namespace {

constexpr std::size_t kFixedBytes = 10;
constexpr std::uint8_t kFlagHeaderCrc = 1U << 1U;
constexpr std::uint8_t kFlagExtra = 1U << 2U;
constexpr std::uint8_t kFlagName = 1U << 3U;
constexpr std::uint8_t kFlagComment = 1U << 4U;
constexpr std::uint8_t kReservedFlags = 0xe0;

std::uint16_t read_u16(Bytes bytes) { return static_cast<std::uint16_t>(bytes[0] | (bytes[1] << 8U)); }

// Walks over the header and keeps the CRC of what it has passed.
class HeaderReader {
 public:
  explicit HeaderReader(CompressedInput& input) : input_(input) {}

  // The next `size` bytes, still to be consumed with pass().
  Result<Bytes> peek(std::size_t size) {
    const auto bytes = TRY(input_.require(size));
    if (bytes.size() >= size) return bytes.first(size);
    input_.consume(bytes.size());
    return input_.fail_here(Errc::data_loss, "ends in a header");
  }

  void pass(Bytes bytes) {
    crc_ = ::crc32_z(crc_, bytes.data(), bytes.size());
    input_.consume(bytes.size());
  }

  Result<std::uint16_t> take_u16() {
    const auto bytes = TRY(peek(2));
    const auto value = read_u16(bytes);
    pass(bytes);
    return value;
  }

  Result<> skip(std::size_t size) {
    while (size > 0) {
      TRY(peek(1));
      const auto rest = input_.available();
      const auto now = std::min(size, rest.size());
      pass(rest.first(now));
      size -= now;
    }
    return {};
  }

  Result<> skip_text() {
    while (true) {
      TRY(peek(1));
      const auto rest = input_.available();
      const auto end = std::ranges::find(rest, std::uint8_t{0});
      if (end != rest.end()) {
        pass(rest.first(static_cast<std::size_t>(end - rest.begin()) + 1));
        return {};
      }
      pass(rest);
    }
  }

  std::uint16_t crc16() const { return static_cast<std::uint16_t>(crc_); }

 private:
  CompressedInput& input_;
  uLong crc_ = 0;
};

Result<std::uint8_t> read_fixed_part(HeaderReader& reader, const CompressedInput& input) {
  // Two bytes first, so that a short file of another kind is called by what it is.
  const auto magic = TRY(reader.peek(2));
  if (!starts_gzip_member(magic)) {
    return input.fail_here(Errc::data_loss, "expected the signature 1f 8b of gzip, found {:02x} {:02x}",
                           magic[0], magic[1]);
  }
  const auto fixed = TRY(reader.peek(kFixedBytes));
  if (fixed[2] != kGzipMethodDeflate) {
    return input.fail_here(Errc::data_loss, "compression method {}, expected 8 (deflate)", fixed[2]);
  }
  const auto flags = fixed[3];
  if ((flags & kReservedFlags) != 0) {
    return input.fail_here(Errc::data_loss, "header flags {:#04x} have reserved bits set", flags);
  }
  reader.pass(fixed);
  return flags;
}

}  // namespace

Result<> skip_gzip_header(CompressedInput& input) {
  HeaderReader reader(input);
  const auto flags = TRY(read_fixed_part(reader, input));
  if ((flags & kFlagExtra) != 0) {
    const auto size = TRY(reader.take_u16());
    TRY(reader.skip(size));
  }
  if ((flags & kFlagName) != 0) TRY(reader.skip_text());
  if ((flags & kFlagComment) != 0) TRY(reader.skip_text());
  if ((flags & kFlagHeaderCrc) != 0) {
    const auto found = reader.crc16();
    const auto recorded = TRY(reader.peek(2));
    if (read_u16(recorded) != found) {
      return input.fail_here(Errc::data_loss, "the header has CRC {:04x}, its record says {:04x}", found,
                             read_u16(recorded));
    }
    reader.pass(recorded);
  }
  return {};
}

}  // namespace corten::codec
