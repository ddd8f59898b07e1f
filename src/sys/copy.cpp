#include "sys/copy.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/retry.hpp"

namespace corten::sys {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 30U;  // what one system call is asked for
constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

struct Range {
  std::uint64_t from_offset;
  std::uint64_t to_offset;
  std::uint64_t left;

  void advance(std::uint64_t size) {
    from_offset += size;
    to_offset += size;
    left -= size;
  }
};

// "Not this way": other file systems (EXDEV before 5.19), special files, swap files, old kernels, seccomp.
bool try_next_way(int err) {
  return err == EXDEV || err == EINVAL || err == EOPNOTSUPP || err == ENOSYS || err == EPERM ||
         err == EBADF || err == ETXTBSY || err == ENOTTY || err == ESPIPE;
}

// Each way copies as much of `range` as it can and returns false when another way must do the rest.
Result<bool> by_copy_file_range(BorrowedFd from, BorrowedFd to, Range& range) {
  while (range.left > 0) {
    auto in = static_cast<off_t>(range.from_offset);
    auto out = static_cast<off_t>(range.to_offset);
    const auto want = std::min<std::uint64_t>(range.left, kChunkBytes);
    const auto size =
        retry_on_eintr([&] { return ::copy_file_range(from.get(), &in, to.get(), &out, want, 0); });
    if (size < 0) {
      const int err = errno;
      if (try_next_way(err)) return false;
      return fail_errno(err, "copying file data");
    }
    // Also what some file systems say of files whose size they do not know (/proc, kernel 5.3 to 5.18).
    if (size == 0) return false;
    range.advance(static_cast<std::uint64_t>(size));
  }
  return true;
}

Result<bool> by_sendfile(BorrowedFd from, BorrowedFd to, Range& range) {
  TRY(seek(to, range.to_offset));
  while (range.left > 0) {
    auto in = static_cast<off_t>(range.from_offset);
    const auto want = std::min<std::uint64_t>(range.left, kChunkBytes);
    const auto size = retry_on_eintr([&] { return ::sendfile(to.get(), from.get(), &in, want); });
    if (size < 0) {
      const int err = errno;
      if (try_next_way(err)) return false;
      return fail_errno(err, "copying file data");
    }
    if (size == 0) return false;
    range.advance(static_cast<std::uint64_t>(size));
  }
  return true;
}

Result<> by_read_write(BorrowedFd from, BorrowedFd to, Range& range) {
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes);
  while (range.left > 0) {
    const MutableBytes chunk(buffer.get(), std::min<std::uint64_t>(range.left, kBufferBytes));
    const auto size = TRY(pread_full(from, chunk, range.from_offset));
    if (size == 0) break;
    TRY(pwrite_full(to, chunk.first(size), range.to_offset));
    range.advance(size);
  }
  return {};
}

// The next stretch of data at or after `offset`; an empty one at `end` when only a hole is left.
struct Stretch {
  std::uint64_t begin;
  std::uint64_t end;
};

Result<Stretch> find_data(BorrowedFd from, std::uint64_t offset, std::uint64_t end) {
  const auto begin = ::lseek(from.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (begin < 0) {
    const int err = errno;
    if (err == ENXIO) return Stretch{.begin = end, .end = end};
    if (err == EINVAL || err == EOPNOTSUPP) return Stretch{.begin = offset, .end = end};  // cannot say
    return fail_errno(err, "looking for data in a file");
  }
  const auto hole = ::lseek(from.get(), begin, SEEK_HOLE);
  if (hole < 0) {
    const int err = errno;
    if (err == ENXIO) return Stretch{.begin = end, .end = end};  // truncated meanwhile
    return fail_errno(err, "looking for a hole in a file");
  }
  return Stretch{.begin = std::min(static_cast<std::uint64_t>(begin), end),
                 .end = std::min(static_cast<std::uint64_t>(hole), end)};
}

}  // namespace

Result<CopyResult> copy_range(BorrowedFd from, std::uint64_t from_offset, BorrowedFd to,
                              std::uint64_t to_offset, std::uint64_t length, const Kernel& kernel) {
  Range range{.from_offset = from_offset, .to_offset = to_offset, .left = length};
  auto method = CopyMethod::copy_file_range;
  bool done = false;
  if (kernel.copy_file_range) done = TRY(by_copy_file_range(from, to, range));
  if (!done && kernel.sendfile) {
    method = CopyMethod::sendfile;
    done = TRY(by_sendfile(from, to, range));
  }
  if (!done) {
    method = CopyMethod::read_write;
    TRY(by_read_write(from, to, range));
  }
  return CopyResult{.size_bytes = length - range.left, .method = method};
}

Result<CopyResult> copy_file(BorrowedFd from, BorrowedFd to, const Kernel& kernel) {
  const auto status = TRY(fstat(from));
  if (kernel.reflink && status.is_regular() && ::ioctl(to.get(), FICLONE, from.get()) == 0) {
    TRY(ftruncate(to, status.size_bytes));
    return CopyResult{.size_bytes = status.size_bytes, .method = CopyMethod::reflink};
  }
  CopyResult result{.size_bytes = 0, .method = CopyMethod::copy_file_range};
  // Files of /proc and the like claim to be empty: those are read to their end.
  if (status.size_bytes == 0) {
    constexpr std::uint64_t kNoEnd = std::uint64_t{1} << 62U;
    result = TRY(copy_range(from, 0, to, 0, kNoEnd, kernel));
  }
  // Holes in the copy come from its old content being cut off.
  TRY(ftruncate(to, result.size_bytes));
  std::uint64_t offset = result.size_bytes;
  while (offset < status.size_bytes) {
    const auto data = TRY(find_data(from, offset, status.size_bytes));
    if (data.begin >= data.end) break;
    const auto copied = TRY(copy_range(from, data.begin, to, data.begin, data.end - data.begin, kernel));
    result.method = std::max(result.method, copied.method);
    offset = data.begin + copied.size_bytes;
    if (copied.size_bytes < data.end - data.begin) {
      // Truncated while we copied: the copy ends where the source does.
      TRY(ftruncate(to, offset));
      result.size_bytes = offset;
      return result;
    }
  }
  if (status.size_bytes > 0) {
    TRY(ftruncate(to, status.size_bytes));
    result.size_bytes = status.size_bytes;
  }
  return result;
}

}  // namespace corten::sys
