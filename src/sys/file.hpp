#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/stream.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

/// Opening, reading and writing whole files. Flags are those of <fcntl.h>; O_CLOEXEC is always added. Signals
/// never cut a call short. Functions on a bare descriptor cannot name the file: callers add a frame.
namespace corten::sys {

/// `mode` counts only with O_CREAT or O_TMPFILE and passes the umask. For paths we trust; a path inside a
/// root filesystem goes through open_in_root().
Result<UniqueFd> openat(BorrowedFd dir, PathArg path, int flags, mode_t mode = 0);

/// As openat, from the current directory.
Result<UniqueFd> open(PathArg path, int flags, mode_t mode = 0);

/// A new open file for the object behind `fd`, which may be an O_PATH descriptor. Needs /proc.
Result<UniqueFd> reopen(BorrowedFd fd, int flags);

/// One read(2): how many bytes, 0 at the end.
Result<std::size_t> read_some(BorrowedFd fd, MutableBytes buffer);

/// Everything from the current position to the end; failed_precondition when that is more than `max_bytes`.
Result<std::string> read_all(BorrowedFd fd, std::size_t max_bytes);

/// Opens and reads a whole file; the error names it.
Result<std::string> read_file(BorrowedFd dir, PathArg path, std::size_t max_bytes);

Result<> write_all(BorrowedFd fd, Bytes bytes);

/// Fills all of `buffer` from `offset` unless the file ends before; how many bytes were read.
Result<std::size_t> pread_full(BorrowedFd fd, MutableBytes buffer, std::uint64_t offset);
Result<> pwrite_full(BorrowedFd fd, Bytes bytes, std::uint64_t offset);

/// Sets the position from the start of the file.
Result<> seek(BorrowedFd fd, std::uint64_t offset);

Result<> ftruncate(BorrowedFd fd, std::uint64_t size_bytes);

/// Reserves space, or punches holes with the FALLOC_FL_* flags of <linux/falloc.h>. `unsupported` where the
/// file system cannot.
Result<> fallocate(BorrowedFd fd, int flags, std::uint64_t offset, std::uint64_t length);

Result<> fsync(BorrowedFd fd);
Result<> fdatasync(BorrowedFd fd);
/// Flushes the whole file system that holds `fd`; since kernel 5.8 it reports write-back errors.
Result<> syncfs(BorrowedFd fd);

}  // namespace corten::sys
