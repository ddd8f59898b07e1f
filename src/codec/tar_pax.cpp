#include "codec/tar_pax.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "codec/pax.hpp"

namespace corten::codec::detail {
namespace {

constexpr std::string_view kSchilyXattr = "SCHILY.xattr.";          // star, GNU tar, Go: the value as it is
constexpr std::string_view kLibarchiveXattr = "LIBARCHIVE.xattr.";  // name in %XX escapes, value in base 64
constexpr std::string_view kGnuSparse = "GNU.sparse.";

// What every handler gets.
struct Target {
  PaxFields& fields;
  const TarLimits& limits;
};
using Handler = Result<> (*)(Target, PaxRecord);

template <auto kMember>
Result<> set_text(Target target, PaxRecord record) {
  auto& field = target.fields.*kMember;
  if (record.value.empty()) {
    field.reset();
    return {};
  }
  if (record.value.size() > target.limits.name_bytes) {
    return fail(Errc::invalid_argument, "pax record '{}' of {} bytes, at most {} are read", record.key,
                record.value.size(), target.limits.name_bytes);
  }
  // Programs that see C strings would take it for a different name.
  if (record.value.contains('\0')) {
    return fail(Errc::data_loss, "pax record '{}' holds a NUL byte", record.key);
  }
  field = record.value;
  return {};
}

template <auto kMember>
Result<> set_number(Target target, PaxRecord record) {
  auto& field = target.fields.*kMember;
  field.reset();
  if (!record.value.empty()) field = TRY(parse_pax_number(record.value, record.key));
  return {};
}

template <auto kMember>
Result<> set_time(Target target, PaxRecord record) {
  auto& field = target.fields.*kMember;
  field.reset();
  if (!record.value.empty()) field = TRY(parse_pax_time(record.value, record.key));
  return {};
}

template <auto kMember>
Result<> set_sparse_number(Target target, PaxRecord record) {
  target.fields.sparse.*kMember = TRY(parse_pax_number(record.value, record.key));
  return {};
}

Result<> set_sparse_name(Target target, PaxRecord record) {
  PaxFields scratch;
  TRY(set_text<&PaxFields::path>({.fields = scratch, .limits = target.limits}, record));
  target.fields.sparse.name = std::move(scratch.path);
  return {};
}

Result<> add_sparse_segment(Target target, TarSegment segment) {
  auto& map = target.fields.sparse.map;
  if (!map) map.emplace();
  if (map->size() >= target.limits.sparse_segments) {
    return fail(Errc::invalid_argument, "more than {} sparse segments, the limit",
                target.limits.sparse_segments);
  }
  map->push_back(segment);
  return {};
}

// 0.1: "offset,length,offset,length".
Result<> set_sparse_map(Target target, PaxRecord record) {
  target.fields.sparse.map.emplace();
  auto rest = record.value;
  while (!rest.empty()) {
    const auto offset = cut(rest, ',');
    if (!offset) return fail(Errc::data_loss, "{}: an offset without a length", record.key);
    const auto length = cut(offset->after, ',').value_or(Cut{.before = offset->after, .after = {}});
    TarSegment segment;
    segment.offset = TRY(parse_pax_number(offset->before, record.key));
    segment.length = TRY(parse_pax_number(length.before, record.key));
    TRY(add_sparse_segment(target, segment));
    rest = length.after;
  }
  return {};
}

// 0.0: records "GNU.sparse.offset" and "GNU.sparse.numbytes" in turn.
Result<> set_sparse_offset(Target target, PaxRecord record) {
  auto& pending = target.fields.sparse.pending_offset;
  if (pending) return fail(Errc::data_loss, "{}: two in a row without GNU.sparse.numbytes", record.key);
  pending = TRY(parse_pax_number(record.value, record.key));
  return {};
}

Result<> set_sparse_length(Target target, PaxRecord record) {
  auto& pending = target.fields.sparse.pending_offset;
  if (!pending) return fail(Errc::data_loss, "{}: without GNU.sparse.offset before it", record.key);
  TarSegment segment{.offset = *pending};
  pending.reset();
  segment.length = TRY(parse_pax_number(record.value, record.key));
  return add_sparse_segment(target, segment);
}

// hdrcharset says how to show names; here they are bytes. The writer derives it again.
Result<> ignore(Target, PaxRecord) { return {}; }

struct KnownKey {
  std::string_view key;
  Handler apply;
  PaxScope widest;
};

// In order of key.
constexpr KnownKey kKnownKeys[] = {
    {"GNU.sparse.major", set_sparse_number<&PaxSparse::major>, PaxScope::entry},
    {"GNU.sparse.map", set_sparse_map, PaxScope::entry},
    {"GNU.sparse.minor", set_sparse_number<&PaxSparse::minor>, PaxScope::entry},
    {"GNU.sparse.name", set_sparse_name, PaxScope::entry},
    {"GNU.sparse.numblocks", set_sparse_number<&PaxSparse::segment_count>, PaxScope::entry},
    {"GNU.sparse.numbytes", set_sparse_length, PaxScope::entry},
    {"GNU.sparse.offset", set_sparse_offset, PaxScope::entry},
    {"GNU.sparse.realsize", set_sparse_number<&PaxSparse::real_size>, PaxScope::entry},
    {"GNU.sparse.size", set_sparse_number<&PaxSparse::real_size>, PaxScope::entry},
    {"SCHILY.devmajor", set_number<&PaxFields::dev_major>, PaxScope::entry},
    {"SCHILY.devminor", set_number<&PaxFields::dev_minor>, PaxScope::entry},
    {"atime", set_time<&PaxFields::atime>, PaxScope::global},
    {"ctime", set_time<&PaxFields::ctime>, PaxScope::global},
    {"gid", set_number<&PaxFields::gid>, PaxScope::global},
    {"gname", set_text<&PaxFields::group_name>, PaxScope::global},
    {"hdrcharset", ignore, PaxScope::global},
    {"linkpath", set_text<&PaxFields::link_path>, PaxScope::entry},
    {"mtime", set_time<&PaxFields::mtime>, PaxScope::global},
    {"path", set_text<&PaxFields::path>, PaxScope::entry},
    {"size", set_number<&PaxFields::size>, PaxScope::entry},
    {"uid", set_number<&PaxFields::uid>, PaxScope::global},
    {"uname", set_text<&PaxFields::user_name>, PaxScope::global},
};
static_assert(std::ranges::is_sorted(kKnownKeys, {}, &KnownKey::key));

const KnownKey* find_known_key(std::string_view key) {
  const auto* const found = std::ranges::lower_bound(kKnownKeys, key, {}, &KnownKey::key);
  return found != std::end(kKnownKeys) && found->key == key ? found : nullptr;
}

bool is_xattr_key(std::string_view key) {
  return key.starts_with(kSchilyXattr) || key.starts_with(kLibarchiveXattr);
}

// bsdtar writes both forms of each attribute; the plain one wins, whichever comes first. An empty value is an
// empty attribute, as GNU tar means it, not a deletion.
Result<> apply_xattr(PaxRecord record, PaxFields& fields) {
  if (record.key.starts_with(kSchilyXattr)) {
    const auto name = record.key.substr(kSchilyXattr.size());
    if (name.empty()) return fail(Errc::data_loss, "pax record '{}' has no attribute name", record.key);
    fields.xattrs.insert_or_assign(std::string(name), std::string(record.value));
    return {};
  }
  auto name = decode_percent(record.key.substr(kLibarchiveXattr.size()));
  if (!name || name->empty() || name->contains('\0')) {
    return fail(Errc::data_loss, "pax record '{}' does not name an attribute", printable(record.key));
  }
  auto value = decode_base64(record.value);
  if (!value) return fail(Errc::data_loss, "pax record '{}' is not base 64", printable(record.key));
  fields.xattrs.try_emplace(std::move(*name), std::move(*value));
  return {};
}

Result<> apply_record(PaxRecord record, PaxScope scope, Target target) {
  const auto* const known = find_known_key(record.key);
  const bool one_file_only =
      known != nullptr ? known->widest == PaxScope::entry : is_covered_pax_key(record.key);
  if (scope == PaxScope::global && one_file_only) {
    return fail(Errc::unsupported, "a global pax header sets '{}', which describes one entry",
                printable(record.key));
  }
  if (known != nullptr) return known->apply(target, record);
  if (is_xattr_key(record.key)) return apply_xattr(record, target.fields);
  if (is_covered_pax_key(record.key)) return {};
  if (record.value.empty()) {
    const auto old = target.fields.other.find(record.key);
    if (old != target.fields.other.end()) target.fields.other.erase(old);
    return {};
  }
  target.fields.other.insert_or_assign(std::string(record.key), std::string(record.value));
  return {};
}

}  // namespace

Result<> apply_pax_header(std::string_view header, PaxScope scope, const TarLimits& limits,
                          PaxFields& fields) {
  PaxParser parser(header);
  for (std::uint64_t count = 0;; ++count) {
    const auto record = TRY(parser.next());
    if (!record) break;
    if (count == limits.pax_records) {
      return fail(Errc::invalid_argument, "more than {} records in a pax header, the limit",
                  limits.pax_records);
    }
    TRY(apply_record(*record, scope, {.fields = fields, .limits = limits}));
  }
  if (fields.sparse.pending_offset) {
    return fail(Errc::data_loss, "the last GNU.sparse.offset has no GNU.sparse.numbytes");
  }
  return {};
}

bool is_covered_pax_key(std::string_view key) {
  return find_known_key(key) != nullptr || is_xattr_key(key) || key.starts_with(kGnuSparse);
}

XattrRecord make_xattr_record(std::string_view name, std::string_view value) {
  if (!name.contains('=')) {
    return {.key = std::string(kSchilyXattr).append(name), .value = std::string(value)};
  }
  return {.key = std::string(kLibarchiveXattr) + encode_percent(name), .value = encode_base64(value)};
}

}  // namespace corten::codec::detail
