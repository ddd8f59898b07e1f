#include "sys/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "sys/retry.hpp"

namespace corten::sys {

namespace {

// off_t is signed: a larger number would arrive as a negative one.
Result<off_t> checked_offset(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
    return fail(Errc::invalid_argument, "{} is beyond the largest file offset", value);
  }
  return static_cast<off_t>(value);
}

Result<> checked(int result, const char* doing) {
  if (result == 0) return {};
  const int err = errno;
  return fail_errno(err, "{}", doing);
}

}  // namespace

Result<UniqueFd> openat(BorrowedFd dir, PathArg path, int flags, mode_t mode) {
  const int fd = retry_on_eintr([&] { return ::openat(dir.get(), path.c_str(), flags | O_CLOEXEC, mode); });
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "opening '{}'", path.shown());
  }
  return UniqueFd(fd);
}

Result<UniqueFd> open(PathArg path, int flags, mode_t mode) {
  return openat(BorrowedFd::cwd(), path, flags, mode);
}

Result<UniqueFd> reopen(BorrowedFd fd, int flags) { return open(proc_path(fd), flags & ~O_NOFOLLOW); }

Result<std::size_t> read_some(BorrowedFd fd, MutableBytes buffer) {
  const auto size = retry_on_eintr([&] { return ::read(fd.get(), buffer.data(), buffer.size()); });
  if (size < 0) {
    const int err = errno;
    return fail_errno(err, "reading");
  }
  return static_cast<std::size_t>(size);
}

Result<std::string> read_all(BorrowedFd fd, std::size_t max_bytes) {
  constexpr std::size_t kFirstBytes = 4096;
  std::string text;
  std::size_t filled = 0;
  while (true) {
    // Grows with what really comes: a declared size is not trusted, and /proc files declare none.
    if (filled == text.size()) text.resize(std::max(kFirstBytes, text.size() * 2));
    auto* start = reinterpret_cast<std::uint8_t*>(text.data()) + filled;
    const auto size = TRY(read_some(fd, {start, text.size() - filled}));
    if (size == 0) break;
    filled += size;
    if (filled > max_bytes) {
      return fail(Errc::failed_precondition, "more than {} bytes, the cap for this file", max_bytes);
    }
  }
  text.resize(filled);
  return text;
}

Result<std::string> read_file(BorrowedFd dir, PathArg path, std::size_t max_bytes) {
  const auto fd = TRY(openat(dir, path, O_RDONLY));
  auto text = TRY_CTX(read_all(fd, max_bytes), "reading '{}'", path.shown());
  return text;
}

Result<> write_all(BorrowedFd fd, Bytes bytes) {
  while (!bytes.empty()) {
    const auto size = retry_on_eintr([&] { return ::write(fd.get(), bytes.data(), bytes.size()); });
    if (size < 0) {
      const int err = errno;
      return fail_errno(err, "writing");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

Result<std::size_t> pread_full(BorrowedFd fd, MutableBytes buffer, std::uint64_t offset) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto at = TRY(checked_offset(offset + filled));
    const auto rest = buffer.subspan(filled);
    const auto size = retry_on_eintr([&] { return ::pread(fd.get(), rest.data(), rest.size(), at); });
    if (size < 0) {
      const int err = errno;
      return fail_errno(err, "reading at offset {}", at);
    }
    if (size == 0) break;
    filled += static_cast<std::size_t>(size);
  }
  return filled;
}

Result<> pwrite_full(BorrowedFd fd, Bytes bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto at = TRY(checked_offset(offset));
    const auto size = retry_on_eintr([&] { return ::pwrite(fd.get(), bytes.data(), bytes.size(), at); });
    if (size < 0) {
      const int err = errno;
      return fail_errno(err, "writing at offset {}", at);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    offset += static_cast<std::uint64_t>(size);
  }
  return {};
}

Result<> seek(BorrowedFd fd, std::uint64_t offset) {
  const auto at = TRY(checked_offset(offset));
  if (::lseek(fd.get(), at, SEEK_SET) < 0) {
    const int err = errno;
    return fail_errno(err, "seeking to offset {}", at);
  }
  return {};
}

Result<> ftruncate(BorrowedFd fd, std::uint64_t size_bytes) {
  const auto size = TRY(checked_offset(size_bytes));
  return checked(retry_on_eintr([&] { return ::ftruncate(fd.get(), size); }), "setting the size of a file");
}

Result<> fallocate(BorrowedFd fd, int flags, std::uint64_t offset, std::uint64_t length) {
  const auto at = TRY(checked_offset(offset));
  const auto size = TRY(checked_offset(length));
  return checked(retry_on_eintr([&] { return ::fallocate(fd.get(), flags, at, size); }),
                 "allocating file space");
}

Result<> fsync(BorrowedFd fd) {
  return checked(retry_on_eintr([&] { return ::fsync(fd.get()); }), "flushing a file to disk");
}

Result<> fdatasync(BorrowedFd fd) {
  return checked(retry_on_eintr([&] { return ::fdatasync(fd.get()); }), "flushing a file's data to disk");
}

Result<> syncfs(BorrowedFd fd) {
  return checked(retry_on_eintr([&] { return ::syncfs(fd.get()); }), "flushing a file system to disk");
}

}  // namespace corten::sys
