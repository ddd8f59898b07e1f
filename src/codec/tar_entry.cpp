#include "codec/tar_entry.hpp"

#include "base/check.hpp"

namespace corten::codec {

std::string_view to_string(TarType type) {
  switch (type) {
    case TarType::regular:
      return "regular";
    case TarType::hard_link:
      return "hard link";
    case TarType::symlink:
      return "symlink";
    case TarType::char_device:
      return "character device";
    case TarType::block_device:
      return "block device";
    case TarType::directory:
      return "directory";
    case TarType::fifo:
      return "fifo";
  }
  CORTEN_CHECK(false, "a TarType outside its enumerators");
  return {};
}

std::uint64_t stored_size(const TarEntry& entry) {
  if (!entry.sparse) return entry.size;
  std::uint64_t sum = 0;
  for (const auto& segment : *entry.sparse) sum += segment.length;
  return sum;
}

}  // namespace corten::codec
