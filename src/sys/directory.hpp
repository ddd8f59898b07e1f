#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sys/fd.hpp"
#include "sys/file_status.hpp"

namespace corten::sys {

struct DirectoryEntry {
  std::string name;                   ///< Any bytes but '/' and NUL; never "." or "..".
  FileType type = FileType::unknown;  ///< `unknown` on file systems that do not say.
  std::uint64_t inode = 0;
};

/// Streams the entries of a directory in the order of the file system, in constant memory. Reads on from the
/// descriptor's position; entries made or removed meanwhile may or may not be seen (POSIX readdir).
class DirectoryReader {
 public:
  /// `dir` must be open for reading (not O_PATH) and outlive the reader.
  explicit DirectoryReader(BorrowedFd dir);

  /// Nothing at the end.
  Result<std::optional<DirectoryEntry>> next();

  /// True when the next call of next() will ask the kernel: between batches a caller may change the
  /// directory and lose nothing.
  bool batch_done() const { return position_ == filled_; }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{32} * 1024;

  BorrowedFd dir_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
};

/// All entries, sorted by name (byte order), from the start of the directory. failed_precondition over
/// `max_entries`.
Result<std::vector<DirectoryEntry>> read_directory(BorrowedFd dir, std::size_t max_entries = 4'000'000);

}  // namespace corten::sys
