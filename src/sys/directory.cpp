#include "sys/directory.hpp"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "sys/file.hpp"

namespace corten::sys {

namespace {

// DTIFTODT's inverse is a shift by 12 bits; DT_UNKNOWN is 0.
FileType file_type_of_entry(unsigned char d_type) {
  return file_type_of_mode(static_cast<std::uint32_t>(d_type) << 12U);
}

}  // namespace

DirectoryReader::DirectoryReader(BorrowedFd dir)
    : dir_(dir), buffer_(std::make_unique_for_overwrite<std::byte[]>(kBufferBytes)) {}

Result<std::optional<DirectoryEntry>> DirectoryReader::next() {
  while (true) {
    if (position_ == filled_) {
      const auto size = ::getdents64(dir_.get(), buffer_.get(), kBufferBytes);
      if (size < 0) {
        const int err = errno;
        // A directory removed while we read it has no entries any more.
        if (err == ENOENT) return std::nullopt;
        return fail_errno(err, "reading a directory");
      }
      if (size == 0) return std::nullopt;
      position_ = 0;
      filled_ = static_cast<std::size_t>(size);
    }
    const auto* raw = reinterpret_cast<const dirent64*>(buffer_.get() + position_);
    position_ += raw->d_reclen;
    const std::string_view name(raw->d_name);
    if (name == "." || name == "..") continue;
    return DirectoryEntry{
        .name = std::string(name), .type = file_type_of_entry(raw->d_type), .inode = raw->d_ino};
  }
}

Result<std::vector<DirectoryEntry>> read_directory(BorrowedFd dir, std::size_t max_entries) {
  TRY(seek(dir, 0));
  DirectoryReader reader(dir);
  std::vector<DirectoryEntry> entries;
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) break;
    if (entries.size() == max_entries) {
      return fail(Errc::failed_precondition, "a directory with more than {} entries", max_entries);
    }
    entries.push_back(std::move(*entry));
  }
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

}  // namespace corten::sys
