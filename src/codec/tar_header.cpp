#include "codec/tar_header.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "base/strings.hpp"

namespace corten::codec::detail {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPosixMagic = "ustar\0"sv;  // the version behind it varies in practice
constexpr std::string_view kGnuMagic = "ustar  \0"sv;
constexpr std::string_view kPosixMagicAndVersion =
    "ustar\0"
    "00"sv;
constexpr std::string_view kStarTrailerText = "tar\0"sv;

struct Sums {
  std::int64_t of_unsigned = 0;
  std::int64_t of_signed = 0;
};

// The checksum field itself counts as spaces.
Sums checksums(std::string_view block) {
  std::uint32_t all = 0;
  std::uint32_t high = 0;  // how many bytes are negative when read as signed
  for (const char c : block) {
    const auto byte = static_cast<unsigned char>(c);
    all += byte;
    high += byte >> 7U;
  }
  for (const char c : block.substr(TarLayout::kChecksum.offset, TarLayout::kChecksum.length)) {
    const auto byte = static_cast<unsigned char>(c);
    all -= byte;
    high -= byte >> 7U;
  }
  const std::int64_t sum = std::int64_t{all} + std::int64_t{' '} * std::int64_t{TarLayout::kChecksum.length};
  return {.of_unsigned = sum, .of_signed = sum - std::int64_t{256} * high};
}

Result<std::int64_t> parse_base256(std::string_view field, std::string_view what) {
  const bool negative = (static_cast<unsigned char>(field[0]) & 0x40U) != 0;
  const std::uint8_t flip = negative ? 0xFF : 0;
  std::uint64_t magnitude = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<std::uint8_t>(static_cast<std::uint8_t>(field[i]) ^ flip);
    if (i == 0) byte &= 0x7FU;  // the marker
    if ((magnitude >> 55U) != 0) {
      return fail(Errc::data_loss, "{}: a base-256 number that does not fit 64 bits", what);
    }
    magnitude = (magnitude << 8U) | byte;
  }
  const auto value = static_cast<std::int64_t>(magnitude);
  return negative ? ~value : value;
}

Result<std::int64_t> parse_octal(std::string_view field, std::string_view what) {
  const auto is_padding = [](char c) { return c == ' ' || c == '\0'; };
  auto digits = field;
  while (!digits.empty() && is_padding(digits.front())) digits.remove_prefix(1);
  // What follows the terminator is not looked at: old tars leave rests of longer numbers there.
  digits = digits.substr(0, std::min(digits.find(' '), digits.find('\0')));
  std::int64_t value = 0;  // at most 12 digits: 36 bits
  for (const char c : digits) {
    if (c < '0' || c > '7') {
      return fail(Errc::data_loss, "{}: expected an octal number, found '{}'", what, printable(field));
    }
    value = value * 8 + (c - '0');
  }
  return value;
}

}  // namespace

TarHeaderView::TarHeaderView(Bytes block)
    : block_(reinterpret_cast<const char*>(block.data()), block.size()) {
  CORTEN_CHECK(block.size() == kTarBlockBytes, "a header is one block");
}

bool TarHeaderView::all_zero() const {
  // Equal to itself shifted by one byte, and the first byte zero.
  return block_[0] == '\0' && std::memcmp(block_.data(), block_.data() + 1, kTarBlockBytes - 1) == 0;
}

Result<> TarHeaderView::verify_checksum() const {
  const auto stated = parse_octal(raw(TarLayout::kChecksum), "checksum");
  const auto sums = checksums(block_);
  if (stated && (*stated == sums.of_unsigned || *stated == sums.of_signed)) return {};
  return fail(Errc::data_loss,
              "not a tar header: its checksum field says '{}', its bytes sum to {:o} (octal)",
              printable(text(TarLayout::kChecksum)), sums.of_unsigned);
}

TarDialect TarHeaderView::dialect() const {
  const auto magic = raw(TarLayout::kMagic);
  if (magic == kGnuMagic) return TarDialect::gnu;
  if (!magic.starts_with(kPosixMagic)) return TarDialect::v7;
  return raw(TarLayout::kStarTrailer) == kStarTrailerText ? TarDialect::star : TarDialect::ustar;
}

char TarHeaderView::type() const { return block_[TarLayout::kType.offset]; }

std::string_view TarHeaderView::text(TarField field) const {
  const auto bytes = raw(field);
  return bytes.substr(0, bytes.find('\0'));
}

Result<std::int64_t> TarHeaderView::number(TarField field, std::string_view what) const {
  return parse_tar_number(raw(field), what);
}

Result<std::uint64_t> TarHeaderView::size(TarField field, std::string_view what) const {
  const auto value = TRY(parse_tar_number(raw(field), what));
  if (value < 0) return fail(Errc::data_loss, "{}: {} is negative", what, value);
  return static_cast<std::uint64_t>(value);
}

Result<std::int64_t> parse_tar_number(std::string_view field, std::string_view what) {
  const bool base256 = !field.empty() && (static_cast<unsigned char>(field[0]) & 0x80U) != 0;
  return base256 ? parse_base256(field, what) : parse_octal(field, what);
}

TarHeaderBuilder::TarHeaderBuilder(char type) {
  block_[TarLayout::kType.offset] = static_cast<std::uint8_t>(type);
  set_text(TarLayout::kMagic, kPosixMagicAndVersion);
}

void TarHeaderBuilder::set_text(TarField field, std::string_view text) {
  CORTEN_CHECK(text.size() <= field.length, "the text does not fit its tar header field");
  std::ranges::copy(text, block_ + field.offset);
}

void TarHeaderBuilder::set_octal(TarField field, std::uint64_t value) {
  CORTEN_CHECK(value <= tar_octal_max(field), "the number does not fit its tar header field");
  for (std::size_t i = field.length - 1; i-- > 0; value >>= 3U) {
    block_[field.offset + i] = static_cast<std::uint8_t>('0' + (value & 7U));
  }
}

Bytes TarHeaderBuilder::finish() {
  const auto sum = checksums({reinterpret_cast<const char*>(block_), kTarBlockBytes}).of_unsigned;
  // Six digits, NUL, space: the form that every tar since v7 has written.
  set_octal({.offset = TarLayout::kChecksum.offset, .length = TarLayout::kChecksum.length - 1},
            static_cast<std::uint64_t>(sum));
  block_[TarLayout::kChecksum.offset + TarLayout::kChecksum.length - 1] = ' ';
  return block_;
}

std::optional<TarSplitName> split_tar_name(std::string_view name) {
  if (name.size() <= TarLayout::kName.length) return TarSplitName{.prefix = {}, .name = name};
  // The '/' that joins the two is stored in neither; a final one belongs to the name of a directory.
  const auto last_start = name.size() - 2;
  const auto at = name.rfind('/', std::min(last_start, TarLayout::kPrefix.length));
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto rest = name.substr(at + 1);
  if (rest.size() > TarLayout::kName.length) return std::nullopt;
  return TarSplitName{.prefix = name.substr(0, at), .name = rest};
}

}  // namespace corten::codec::detail
