#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/stream.hpp"
#include "codec/tar_entry.hpp"

/// The 512-byte header block and its number formats. For the reader and the writer; nobody else needs it.
namespace corten::codec::detail {

constexpr std::size_t kTarBlockBytes = 512;

/// Where a field stands in the block. POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's tar.h.
struct TarField {
  std::size_t offset;
  std::size_t length;
};
struct TarLayout {
  static constexpr TarField kName{0, 100};
  static constexpr TarField kMode{100, 8};
  static constexpr TarField kUid{108, 8};
  static constexpr TarField kGid{116, 8};
  static constexpr TarField kSize{124, 12};
  static constexpr TarField kMtime{136, 12};
  static constexpr TarField kChecksum{148, 8};
  static constexpr TarField kType{156, 1};
  static constexpr TarField kLinkName{157, 100};
  static constexpr TarField kMagic{257, 8};  // magic and version together
  static constexpr TarField kUserName{265, 32};
  static constexpr TarField kGroupName{297, 32};
  static constexpr TarField kDevMajor{329, 8};
  static constexpr TarField kDevMinor{337, 8};
  static constexpr TarField kPrefix{345, 155};
  static constexpr TarField kStarPrefix{345, 131};  // star keeps times behind a shorter prefix
  static constexpr TarField kStarTrailer{508, 4};
  static constexpr TarField kGnuAtime{345, 12};
  static constexpr TarField kGnuCtime{357, 12};
  static constexpr TarField kGnuSparse{386, 96};  // four segments
  static constexpr TarField kGnuIsExtended{482, 1};
  static constexpr TarField kGnuRealSize{483, 12};
  static constexpr TarField kGnuExtensionSparse{0, 504};  // of an extension block: 21 segments
  static constexpr TarField kGnuExtensionIsExtended{504, 1};
};
constexpr std::size_t kTarSegmentBytes = 24;  // two numbers of 12

/// Who wrote the block, as far as it changes the meaning of fields.
enum class TarDialect : std::uint8_t { v7, ustar, star, gnu };

/// A header block, in place: 512 bytes that must outlive it.
class TarHeaderView {
 public:
  explicit TarHeaderView(Bytes block);

  bool all_zero() const;
  /// Sums of unsigned bytes (POSIX) and of signed ones (old Sun tar) are both accepted.
  Result<> verify_checksum() const;
  TarDialect dialect() const;
  char type() const;

  std::string_view raw(TarField field) const { return block_.substr(field.offset, field.length); }
  /// Up to the first NUL or the end of the field.
  std::string_view text(TarField field) const;
  /// `what` names the field in the error.
  Result<std::int64_t> number(TarField field, std::string_view what) const;
  /// As number(), refusing negative ones.
  Result<std::uint64_t> size(TarField field, std::string_view what) const;

 private:
  std::string_view block_;
};

/// Octal digits between spaces and NULs (an empty field is 0), or GNU's base 256: the first bit set, the rest
/// a big-endian two's complement number. Refuses what does not fit 63 bits and a sign.
Result<std::int64_t> parse_tar_number(std::string_view field, std::string_view what);

/// A ustar header block being written. Fields not set stay NUL.
class TarHeaderBuilder {
 public:
  explicit TarHeaderBuilder(char type);

  /// `text` must fit the field.
  void set_text(TarField field, std::string_view text);
  /// Octal digits over the whole field and a final NUL; `value` must be at most tar_octal_max(field).
  void set_octal(TarField field, std::uint64_t value);
  /// Fills in the checksum; the block is then whole.
  Bytes finish();

 private:
  std::uint8_t block_[kTarBlockBytes] = {};
};

/// The largest number that fits a field as octal digits and a NUL.
constexpr std::uint64_t tar_octal_max(TarField field) {
  return (std::uint64_t{1} << (3 * (field.length - 1))) - 1;
}

/// A ustar name in its two fields; the reader joins them with '/'.
struct TarSplitName {
  std::string_view prefix;
  std::string_view name;
};
/// Nothing if the name does not fit ustar. One choice for each name: no prefix if possible, else the longest.
std::optional<TarSplitName> split_tar_name(std::string_view name);

}  // namespace corten::codec::detail
