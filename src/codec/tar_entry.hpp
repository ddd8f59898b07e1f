#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"

namespace corten::codec {

enum class TarType : std::uint8_t {
  regular,  ///< Also "contiguous" files (type 7), which no Linux file system knows.
  hard_link,
  symlink,
  char_device,
  block_device,
  directory,
  fifo,
};

/// "regular", "hard link", ...: for messages and listings.
std::string_view to_string(TarType type);

/// A stretch of a sparse file that is stored; what lies between segments reads as zeros.
struct TarSegment {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  bool operator==(const TarSegment&) const = default;
};

/// Names and values are bytes: they may hold anything, values even NUL.
using TarRecords = std::map<std::string, std::string, std::less<>>;

/// One member of an archive, without its body. Every string is bytes in no particular encoding, and comes as
/// the archive has it: `name` may be absolute or hold "..". Whoever writes to disk resolves it by descriptor.
struct TarEntry {
  std::string name = {};  ///< Not empty, no NUL. A directory read from an archive usually ends in '/'.
  TarType type = TarType::regular;
  std::string link_target = {};  ///< For hard links the name of an earlier entry, for symlinks the text.
  std::uint32_t mode = 0;        ///< Permission, set-id and sticky bits: the low 12 bits.
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t size = 0;  ///< Of a regular file, holes included; 0 for every other type. Below 2^63.
  Timestamp mtime = {};
  std::optional<Timestamp> atime = {};
  std::optional<Timestamp> ctime = {};
  std::string user_name = {};
  std::string group_name = {};
  std::uint32_t dev_major = 0;  ///< Of devices; 0 for every other type.
  std::uint32_t dev_minor = 0;
  TarRecords xattrs = {};  ///< By full name: "security.capability". Values may be empty.

  /// Of a sparse file: what is stored, in ascending order, not touching each other, none empty, all within
  /// `size`. No value: the whole content is stored. An empty list: a hole of `size` bytes.
  std::optional<std::vector<TarSegment>> sparse = {};

  /// Records of the entry's pax header that none of the fields above covers, such as "comment". Values are
  /// not empty: an empty one deletes (POSIX pax, "pax Extended Header").
  TarRecords pax_records = {};

  bool operator==(const TarEntry&) const = default;
};

/// Bytes that the entry's body takes in an archive without padding: the sum of the segments of a sparse file.
std::uint64_t stored_size(const TarEntry& entry);

/// What a reader accepts from one archive, so that memory stays bounded whatever comes. Over a limit is an
/// error of kind invalid_argument that names it.
struct TarLimits {
  /// Of one pax header, and of all global ones together. Go's archive/tar has the same cap.
  std::uint64_t pax_header_bytes = std::uint64_t{1024} * 1024;
  std::uint64_t pax_records = 4096;  ///< In one pax header, and in all global ones together.
  /// Four times PATH_MAX: trees deeper than PATH_MAX exist only for programs that walk by descriptor.
  std::uint64_t name_bytes = std::uint64_t{16} * 1024;
  std::uint64_t sparse_segments = std::uint64_t{256} * 1024;
  std::uint64_t entries = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace corten::codec
