#pragma once

#include <cstdint>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"

namespace corten::sys {

/// How the bytes got there, the dearest way that was needed.
enum class CopyMethod : std::uint8_t { reflink, copy_file_range, sendfile, read_write };

struct CopyResult {
  std::uint64_t size_bytes = 0;  ///< Of the copy, holes included.
  CopyMethod method = CopyMethod::reflink;
};

/// Makes `to`, an empty or longer regular file open for writing, a copy of the content of `from`: shares the
/// blocks where the file system can (FICLONE), else copies inside the kernel, else through memory. Holes stay
/// holes. Neither descriptor's position means anything afterwards. Attributes are not copied. What others
/// write to `from` meanwhile may or may not be in the copy.
Result<CopyResult> copy_file(BorrowedFd from, BorrowedFd to, const Kernel& kernel = {});

/// Copies `length` bytes, or fewer if `from` ends before; never shares blocks by FICLONE. Works for anything
/// that has offsets.
Result<CopyResult> copy_range(BorrowedFd from, std::uint64_t from_offset, BorrowedFd to,
                              std::uint64_t to_offset, std::uint64_t length, const Kernel& kernel = {});

}  // namespace corten::sys
