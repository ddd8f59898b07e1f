#include "codec/tar_decode.hpp"

#include <algorithm>
#include <limits>

#include "base/strings.hpp"
#include "codec/tar_sparse.hpp"

namespace corten::codec::detail {
namespace {

constexpr std::uint32_t kModeBits = 07777;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Result<TarType> type_of(const TarHeaderView& header) {
  switch (const char flag = header.type()) {
    case '\0':  // v7
    case '0':
    case '7':  // contiguous
    case 'S':  // GNU sparse
      return TarType::regular;
    case '1':
      return TarType::hard_link;
    case '2':
      return TarType::symlink;
    case '3':
      return TarType::char_device;
    case '4':
      return TarType::block_device;
    case '5':
    case 'D':  // GNU incremental: a directory, its listing as body
      return TarType::directory;
    case '6':
      return TarType::fifo;
    case 'M':
      return fail(Errc::unsupported,
                  "the rest of a file from another volume: join multi-volume archives first");
    default:
      return fail(Errc::unsupported, "unknown entry type '{}'", printable({&flag, 1}));
  }
}

struct GnuTimes {
  std::optional<Timestamp> atime;
  std::optional<Timestamp> ctime;
};

Result<std::optional<Timestamp>> gnu_time(const TarHeaderView& header, TarField field,
                                          std::string_view what) {
  if (header.raw(field)[0] == '\0') return std::nullopt;
  const auto seconds = TRY(header.number(field, what));
  return Timestamp{.seconds = seconds};
}

// GNU keeps atime and ctime where ustar has the prefix. An error means that a prefix stands there: Go before
// 1.8 wrote such headers, and with it every Docker of its time.
Result<GnuTimes> gnu_times(const TarHeaderView& header) {
  GnuTimes times;
  times.atime = TRY(gnu_time(header, TarLayout::kGnuAtime, "atime"));
  times.ctime = TRY(gnu_time(header, TarLayout::kGnuCtime, "ctime"));
  return times;
}

std::string_view name_prefix(const TarHeaderView& header) {
  switch (header.dialect()) {
    case TarDialect::v7:
      return {};
    case TarDialect::ustar:
      return header.text(TarLayout::kPrefix);
    case TarDialect::star:
      return header.text(TarLayout::kStarPrefix);
    case TarDialect::gnu:
      break;
  }
  if (gnu_times(header)) return {};
  const auto prefix = header.text(TarLayout::kPrefix);
  return is_ascii(prefix) ? prefix : std::string_view{};
}

Result<std::uint64_t> number_of(const TarHeaderView& header, std::optional<std::uint64_t> record,
                                TarField field, std::string_view what) {
  if (record) return *record;
  return header.size(field, what);
}

Result<std::uint32_t> device_number(const TarHeaderView& header, std::optional<std::uint64_t> record,
                                    TarField field, std::string_view what) {
  const auto number = TRY(number_of(header, record, field, what));
  if (number > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::data_loss, "{}: {} does not fit 32 bits", what, number);
  }
  return static_cast<std::uint32_t>(number);
}

Result<> decode_owner(const TarHeaderView& header, PaxFields& pax, TarEntry& entry) {
  entry.uid = TRY(number_of(header, pax.uid, TarLayout::kUid, "uid"));
  entry.gid = TRY(number_of(header, pax.gid, TarLayout::kGid, "gid"));
  const bool has_names = header.dialect() != TarDialect::v7;
  if (has_names) {
    entry.user_name = header.text(TarLayout::kUserName);
    entry.group_name = header.text(TarLayout::kGroupName);
  }
  if (pax.user_name) entry.user_name = std::move(*pax.user_name);
  if (pax.group_name) entry.group_name = std::move(*pax.group_name);
  return {};
}

Result<> decode_times(const TarHeaderView& header, const PaxFields& pax, TarEntry& entry) {
  if (pax.mtime) {
    entry.mtime = *pax.mtime;
  } else {
    entry.mtime.seconds = TRY(header.number(TarLayout::kMtime, "mtime"));
  }
  if (header.dialect() == TarDialect::gnu) {
    if (const auto times = gnu_times(header)) {
      entry.atime = times->atime;
      entry.ctime = times->ctime;
    }
  }
  if (pax.atime) entry.atime = pax.atime;
  if (pax.ctime) entry.ctime = pax.ctime;
  return {};
}

Result<> decode_link(const TarHeaderView& header, TarExtensions& extensions, TarEntry& entry) {
  auto& pax = extensions.pax;
  if (pax.link_path && extensions.long_link) {
    return fail(Errc::data_loss, "its link target stands in a GNU and in a pax extension header");
  }
  if (pax.link_path) {
    entry.link_target = std::move(*pax.link_path);
  } else if (extensions.long_link) {
    entry.link_target = std::move(*extensions.long_link);
  } else {
    entry.link_target = header.text(TarLayout::kLinkName);
  }
  if (entry.link_target.empty()) {
    return fail(Errc::data_loss, "a {} without a target", to_string(entry.type));
  }
  return {};
}

Result<SparseMapPlace> sparse_map_place(const TarHeaderView& header, const PaxSparse& sparse) {
  const bool versioned = sparse.major || sparse.minor;
  if (header.type() == 'S') {
    if (header.dialect() != TarDialect::gnu || versioned || sparse.map) {
      return fail(Errc::data_loss, "a GNU sparse file whose header is not in GNU format");
    }
    return SparseMapPlace::gnu_header;
  }
  if (!versioned) return sparse.map ? SparseMapPlace::pax_header : SparseMapPlace::none;
  const auto major = sparse.major.value_or(0);
  const auto minor = sparse.minor.value_or(0);
  if (major == 1 && minor == 0) return SparseMapPlace::body;
  if (major == 0 && minor <= 1 && sparse.map) return SparseMapPlace::pax_header;
  return fail(Errc::unsupported, "sparse format {}.{}: 0.0, 0.1 and 1.0 are known", major, minor);
}

// Sets the size of a sparse file and what of its map the headers hold.
Result<> decode_sparse(const TarHeaderView& header, PaxSparse& sparse, const TarLimits& limits,
                       DecodedHeader& out) {
  out.map_place = TRY(sparse_map_place(header, sparse));
  if (out.map_place == SparseMapPlace::none) return {};
  if (out.map_place == SparseMapPlace::gnu_header) {
    out.entry.size = TRY(header.size(TarLayout::kGnuRealSize, "real size of a sparse file"));
    TRY(append_gnu_segments(header.raw(TarLayout::kGnuSparse), limits, out.map));
    out.gnu_map_continues = header.raw(TarLayout::kGnuIsExtended)[0] != '\0';
    return {};
  }
  if (!sparse.real_size) return fail(Errc::data_loss, "a sparse file without its real size");
  out.entry.size = *sparse.real_size;
  if (out.map_place == SparseMapPlace::body) return {};
  if (sparse.segment_count && *sparse.segment_count != sparse.map->size()) {
    return fail(Errc::data_loss, "GNU.sparse.numblocks says {} segments, {} are listed",
                *sparse.segment_count, sparse.map->size());
  }
  out.map = std::move(*sparse.map);
  return {};
}

Result<> decode_regular(const TarHeaderView& header, PaxFields& pax, const TarLimits& limits,
                        DecodedHeader& out) {
  auto& entry = out.entry;
  out.body_bytes = TRY(number_of(header, pax.size, TarLayout::kSize, "size"));
  if (entry.name.ends_with('/')) {
    entry.type = TarType::directory;  // v7 has no other way to say so
    return {};
  }
  entry.size = out.body_bytes;
  return decode_sparse(header, pax.sparse, limits, out);
}

Result<> decode_device(const TarHeaderView& header, const PaxFields& pax, TarEntry& entry) {
  entry.dev_major = TRY(device_number(header, pax.dev_major, TarLayout::kDevMajor, "device major"));
  entry.dev_minor = TRY(device_number(header, pax.dev_minor, TarLayout::kDevMinor, "device minor"));
  return {};
}

// Fields that only entries of this type have. Sizes of other than regular files are not looked at: links may
// state that of their target, and no tar stores a body for them.
Result<> decode_by_type(const TarHeaderView& header, TarExtensions& extensions, const TarLimits& limits,
                        DecodedHeader& out) {
  switch (out.entry.type) {
    case TarType::regular:
      return decode_regular(header, extensions.pax, limits, out);
    case TarType::hard_link:
    case TarType::symlink:
      return decode_link(header, extensions, out.entry);
    case TarType::char_device:
    case TarType::block_device:
      return decode_device(header, extensions.pax, out.entry);
    case TarType::fifo:
      return {};
    case TarType::directory:
      break;
  }
  if (header.type() == 'D') out.body_bytes = TRY(header.size(TarLayout::kSize, "size"));
  return {};
}

}  // namespace

Result<std::string> decode_tar_name(const TarHeaderView& header, const TarExtensions& extensions) {
  const auto& pax_name = extensions.pax.sparse.name ? extensions.pax.sparse.name : extensions.pax.path;
  if (pax_name && extensions.long_name) {
    // Which one counts differs between programs; what a scanner sees must be what is unpacked.
    return fail(Errc::data_loss, "its name stands in a GNU and in a pax extension header");
  }
  std::string name;
  if (pax_name) {
    name = *pax_name;
  } else if (extensions.long_name) {
    name = *extensions.long_name;
  } else {
    name = name_prefix(header);
    if (!name.empty()) name += '/';
    name += header.text(TarLayout::kName);
  }
  if (name.empty()) return fail(Errc::data_loss, "an entry without a name");
  return name;
}

Result<DecodedHeader> decode_tar_header(const TarHeaderView& header, TarExtensions extensions,
                                        std::string name, const TarLimits& limits) {
  DecodedHeader out;
  auto& entry = out.entry;
  auto& pax = extensions.pax;
  entry.name = std::move(name);
  entry.type = TRY(type_of(header));
  // Some tars store the file type bits too.
  const auto mode = TRY(header.number(TarLayout::kMode, "mode"));
  entry.mode = static_cast<std::uint32_t>(mode) & kModeBits;
  TRY(decode_owner(header, pax, entry));
  TRY(decode_times(header, pax, entry));
  TRY(decode_by_type(header, extensions, limits, out));
  entry.xattrs = std::move(pax.xattrs);
  entry.pax_records = std::move(pax.other);
  return out;
}

}  // namespace corten::codec::detail
