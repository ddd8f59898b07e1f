#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "codec/tar_entry.hpp"

/// What pax records mean for an entry. For the tar reader and writer.
namespace corten::codec::detail {

/// The records of GNU tar's sparse formats 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files").
struct PaxSparse {
  std::optional<std::string> name;
  std::optional<std::uint64_t> real_size;
  std::optional<std::uint64_t> major;  ///< 1: the map stands at the start of the body.
  std::optional<std::uint64_t> minor;
  std::optional<std::uint64_t> segment_count;
  std::optional<std::vector<TarSegment>> map;   ///< 0.0 and 0.1.
  std::optional<std::uint64_t> pending_offset;  ///< 0.0: an offset whose length has not come yet.
};

/// Fields of a header that records replace; no value: the header's own stands.
struct PaxFields {
  std::optional<std::string> path;
  std::optional<std::string> link_path;
  std::optional<std::string> user_name;
  std::optional<std::string> group_name;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> gid;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> dev_major;
  std::optional<std::uint64_t> dev_minor;
  std::optional<Timestamp> mtime;
  std::optional<Timestamp> atime;
  std::optional<Timestamp> ctime;
  PaxSparse sparse;
  TarRecords xattrs;
  TarRecords other;
};

/// Which header records stand in. A global one describes every entry after it, so that what names one file
/// (path, size, xattrs, ...) is refused in it.
enum class PaxScope { entry, global };

/// Applies the records of one header, later ones over earlier ones; an empty value deletes. `fields` starts
/// as what the global headers said.
Result<> apply_pax_header(std::string_view header, PaxScope scope, const TarLimits& limits,
                          PaxFields& fields);

/// True for keys that a field of TarEntry covers or that the reader consumes: they never stand in
/// `TarEntry::pax_records`.
bool is_covered_pax_key(std::string_view key);

/// The key of an extended attribute: "SCHILY.xattr.NAME", or libarchive's escaped form for a name with '=',
/// which would end the key. The value of the latter is in base 64.
struct XattrRecord {
  std::string key;
  std::string value;
};
XattrRecord make_xattr_record(std::string_view name, std::string_view value);

}  // namespace corten::codec::detail
