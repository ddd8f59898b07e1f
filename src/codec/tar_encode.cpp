#include "codec/tar_encode.hpp"

#include <algorithm>
#include <limits>

#include "base/strings.hpp"
#include "codec/pax.hpp"
#include "codec/tar_header.hpp"
#include "codec/tar_pax.hpp"
#include "codec/tar_sparse.hpp"

namespace corten::codec::detail {
namespace {

constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kMaxMode = 07777;
constexpr std::int32_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::uint32_t kPaxHeaderMode = 0644;
constexpr std::string_view kPaxHeaderPrefix = "PaxHeaders.0/";
constexpr std::string_view kSparsePrefix = "GNUSparseFile.0/";

char type_flag(TarType type) {
  switch (type) {
    case TarType::regular:
      return '0';
    case TarType::hard_link:
      return '1';
    case TarType::symlink:
      return '2';
    case TarType::char_device:
      return '3';
    case TarType::block_device:
      return '4';
    case TarType::directory:
      return '5';
    case TarType::fifo:
      break;
  }
  return '6';
}

Result<> validate_text(std::string_view text, std::string_view what) {
  if (text.contains('\0')) return fail(Errc::invalid_argument, "{} with a NUL byte", what);
  const auto limit = TarLimits{}.name_bytes;
  if (text.size() > limit) {
    return fail(Errc::invalid_argument, "{} of {} bytes, at most {} are read back", what, text.size(), limit);
  }
  return {};
}

Result<> validate_time(const Timestamp& time) {
  if (time.nanoseconds >= 0 && time.nanoseconds < kNanosecondsPerSecond) return {};
  return fail(Errc::invalid_argument, "a time with {} nanoseconds", time.nanoseconds);
}

Result<> validate_names(const TarEntry& entry) {
  if (entry.name.empty()) return fail(Errc::invalid_argument, "an entry without a name");
  TRY(validate_text(entry.name, "a name"));
  if (entry.type == TarType::regular && entry.name.ends_with('/')) {
    return fail(Errc::invalid_argument, "a regular file whose name ends in '/' would be read as a directory");
  }
  const bool is_link = entry.type == TarType::hard_link || entry.type == TarType::symlink;
  if (is_link && entry.link_target.empty()) {
    return fail(Errc::invalid_argument, "a {} without a target", to_string(entry.type));
  }
  if (!is_link && !entry.link_target.empty()) {
    return fail(Errc::invalid_argument, "a {} with a link target", to_string(entry.type));
  }
  TRY(validate_text(entry.link_target, "a link target"));
  TRY(validate_text(entry.user_name, "a user name"));
  return validate_text(entry.group_name, "a group name");
}

Result<> validate_records(const TarEntry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    if (name.empty() || name.contains('\0')) {
      return fail(Errc::invalid_argument, "an extended attribute with the name '{}'", printable(name));
    }
  }
  for (const auto& [key, value] : entry.pax_records) {
    const bool malformed = key.empty() || key.contains('\0') || key.contains('=') || value.empty();
    if (malformed || is_covered_pax_key(key)) {
      return fail(Errc::invalid_argument, "pax record '{}' is {}", printable(key),
                  malformed ? "malformed or empty" : "written from the entry's fields");
    }
  }
  return {};
}

Result<> validate(const TarEntry& entry) {
  TRY(validate_names(entry));
  TRY(validate_records(entry));
  TRY(validate_time(entry.mtime));
  TRY(validate_time(entry.atime.value_or(Timestamp{})));
  TRY(validate_time(entry.ctime.value_or(Timestamp{})));
  if (entry.mode > kMaxMode) return fail(Errc::invalid_argument, "mode {:o} is above 7777", entry.mode);
  if (std::max({entry.size, entry.uid, entry.gid}) > kMaxNumber) {
    return fail(Errc::invalid_argument, "a size or an owner above 2^63 - 1");
  }
  if (entry.type != TarType::regular && (entry.size != 0 || entry.sparse)) {
    return fail(Errc::invalid_argument, "a {} with a size", to_string(entry.type));
  }
  const bool is_device = entry.type == TarType::char_device || entry.type == TarType::block_device;
  if (!is_device && (entry.dev_major != 0 || entry.dev_minor != 0)) {
    return fail(Errc::invalid_argument, "a {} with a device number", to_string(entry.type));
  }
  return {};
}

// One header being built: each setter writes the ustar field, or as much of it as fits and a pax record.
class Encoder {
 public:
  explicit Encoder(char type) : header_(type) {}

  void set_name(std::string_view name) {
    if (const auto split = split_tar_name(name)) {
      header_.set_text(TarLayout::kPrefix, split->prefix);
      header_.set_text(TarLayout::kName, split->name);
    } else {
      set_cut_text(TarLayout::kName, name);
      add_text_record("path", name);
    }
  }

  /// `room`: how much of the field may be used; user names must end with a NUL, link targets need not.
  void set_text(TarField field, std::size_t room, std::string_view text, std::string_view key) {
    if (text.size() <= room) return header_.set_text(field, text);
    header_.set_text(field, text.substr(0, room));
    add_text_record(key, text);
  }

  void set_cut_text(TarField field, std::string_view text) {
    header_.set_text(field, text.substr(0, field.length));
  }

  /// `instead` stands in the header where the number does not fit: a program that knows no pax sees it.
  void set_number(TarField field, std::uint64_t number, std::string_view key, std::uint64_t instead) {
    const bool fits = number <= tar_octal_max(field);
    header_.set_octal(field, fits ? number : instead);
    if (!fits) add_record(key, fmt::format("{}", number));
  }

  void set_mtime(Timestamp mtime) {
    constexpr auto kMax = static_cast<std::int64_t>(tar_octal_max(TarLayout::kMtime));
    const auto in_header = std::clamp<std::int64_t>(mtime.seconds, 0, kMax);
    header_.set_octal(TarLayout::kMtime, static_cast<std::uint64_t>(in_header));
    if (in_header != mtime.seconds || mtime.nanoseconds != 0) add_record("mtime", format_pax_time(mtime));
  }

  void set_octal(TarField field, std::uint64_t value) { header_.set_octal(field, value); }

  void add_record(std::string_view key, std::string value) {
    records_.insert_or_assign(std::string(key), std::move(value));
  }
  void add_text_record(std::string_view key, std::string_view text) {
    add_record(key, std::string(text));
    if (!is_utf8(text)) add_record("hdrcharset", "BINARY");
  }

  Result<std::string> finish(std::string_view name);

 private:
  TarHeaderBuilder header_;
  TarRecords records_;
};

void append_blocks(std::string& out, std::string_view bytes) {
  out += bytes;
  out.resize((out.size() + kTarBlockBytes - 1) / kTarBlockBytes * kTarBlockBytes, '\0');
}

void append_block(std::string& out, Bytes block) {
  out.append(reinterpret_cast<const char*>(block.data()), block.size());
}

Result<std::string> Encoder::finish(std::string_view name) {
  std::string out;
  if (!records_.empty()) {
    std::string records;
    for (const auto& [key, value] : records_) append_pax_record(records, key, value);
    const TarLimits limits;
    if (records.size() > limits.pax_header_bytes || records_.size() > limits.pax_records) {
      return fail(Errc::invalid_argument,
                  "a pax header of {} bytes in {} records, at most {} in {} are read back", records.size(),
                  records_.size(), limits.pax_header_bytes, limits.pax_records);
    }
    while (name.ends_with('/')) name.remove_suffix(1);
    const auto pax_name = std::string(kPaxHeaderPrefix).append(name);
    TarHeaderBuilder pax('x');
    pax.set_text(TarLayout::kName, std::string_view(pax_name).substr(0, TarLayout::kName.length));
    pax.set_octal(TarLayout::kMode, kPaxHeaderMode);
    for (const auto field :
         {TarLayout::kUid, TarLayout::kGid, TarLayout::kMtime, TarLayout::kDevMajor, TarLayout::kDevMinor}) {
      pax.set_octal(field, 0);
    }
    pax.set_octal(TarLayout::kSize, records.size());
    append_block(out, pax.finish());
    append_blocks(out, records);
  }
  append_block(out, header_.finish());
  return out;
}

void encode_owner(const TarEntry& entry, const TarWriterOptions& options, Encoder& encoder) {
  // Not 0 where the number does not fit: that is root.
  encoder.set_number(TarLayout::kUid, entry.uid, "uid", tar_octal_max(TarLayout::kUid));
  encoder.set_number(TarLayout::kGid, entry.gid, "gid", tar_octal_max(TarLayout::kGid));
  if (options.owner_names == TarOwnerNames::drop) return;
  constexpr auto kRoom = TarLayout::kUserName.length - 1;
  encoder.set_text(TarLayout::kUserName, kRoom, entry.user_name, "uname");
  encoder.set_text(TarLayout::kGroupName, kRoom, entry.group_name, "gname");
}

void encode_times(const TarEntry& entry, const TarWriterOptions& options, Encoder& encoder) {
  auto mtime = entry.mtime;
  if (options.mtime == TarMtime::seconds) mtime.nanoseconds = 0;
  encoder.set_mtime(mtime);
  if (options.access_times == TarAccessTimes::drop) return;
  if (entry.atime) encoder.add_record("atime", format_pax_time(*entry.atime));
  if (entry.ctime) encoder.add_record("ctime", format_pax_time(*entry.ctime));
}

void encode_records(const TarEntry& entry, Encoder& encoder) {
  for (const auto& [name, value] : entry.xattrs) {
    auto record = make_xattr_record(name, value);
    encoder.add_record(record.key, std::move(record.value));
  }
  for (const auto& [key, value] : entry.pax_records) encoder.add_record(key, value);
}

// GNU tar starts each segment at a block of its own, libarchive and Go take them one behind the other: the
// two agree where every segment but the last is whole blocks, as those of file systems are.
Result<> validate_for_gnu(const std::vector<TarSegment>& segments) {
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    if (segments[i].length % kTarBlockBytes != 0) {
      return fail(Errc::invalid_argument, "a sparse segment of {} bytes, which is no multiple of {}",
                  segments[i].length, kTarBlockBytes);
    }
  }
  return {};
}

// The name and size of a GNU.sparse 1.0 file: programs that do not know the format see a file of another name
// with the map and the segments in it.
void encode_gnu_sparse(const TarEntry& entry, std::uint64_t stored, Encoder& encoder) {
  encoder.set_cut_text(TarLayout::kName, std::string(kSparsePrefix).append(entry.name));
  encoder.add_record("GNU.sparse.major", "1");
  encoder.add_record("GNU.sparse.minor", "0");
  encoder.add_text_record("GNU.sparse.name", entry.name);
  encoder.add_record("GNU.sparse.realsize", fmt::format("{}", entry.size));
  encoder.set_number(TarLayout::kSize, stored, "size", 0);
}

Result<EncodedHeader> encode(const TarEntry& entry, const TarWriterOptions& options) {
  TRY(validate(entry));
  Encoder encoder(type_flag(entry.type));
  EncodedHeader out;
  std::string map;
  auto name = entry.name;
  if (entry.type == TarType::directory && !name.ends_with('/')) name += '/';
  if (entry.sparse) {
    auto segments = TRY(normalise_segments(*entry.sparse, entry.size, stored_size(entry)));
    if (options.sparse == TarSparseForm::gnu_1_0) {
      TRY(validate_for_gnu(segments));
      map = format_sparse_map(segments, entry.size);
    }
    out.expand = map.empty();
    if (out.expand) out.holes_around = std::move(segments);
  }
  if (map.empty()) {
    encoder.set_name(name);
    encoder.set_number(TarLayout::kSize, entry.size, "size", 0);
  } else {
    encode_gnu_sparse(entry, map.size() + stored_size(entry), encoder);
  }
  encoder.set_octal(TarLayout::kMode, entry.mode);
  encode_owner(entry, options, encoder);
  encode_times(entry, options, encoder);
  encoder.set_text(TarLayout::kLinkName, TarLayout::kLinkName.length, entry.link_target, "linkpath");
  const auto max_device = tar_octal_max(TarLayout::kDevMajor);
  encoder.set_number(TarLayout::kDevMajor, entry.dev_major, "SCHILY.devmajor", max_device);
  encoder.set_number(TarLayout::kDevMinor, entry.dev_minor, "SCHILY.devminor", max_device);
  encode_records(entry, encoder);
  out.blocks = TRY(encoder.finish(name));
  out.blocks += map;
  return out;
}

}  // namespace

Result<EncodedHeader> encode_tar_header(const TarEntry& entry, const TarWriterOptions& options) {
  auto encoded = encode(entry, options);
  if (encoded) return encoded;
  auto error = std::move(encoded).error();
  error.set_kind(Errc::invalid_argument);
  error.add_frame(fmt::format("tar: entry '{}'", printable(entry.name)));
  return std::unexpected(std::move(error));
}

}  // namespace corten::codec::detail
