#include "sys/fd_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::sys {

Result<std::size_t> FdSource::read(MutableBytes buffer) { return read_some(fd_, buffer); }

Result<std::size_t> FileSource::read(MutableBytes buffer) { return read_some(fd_, buffer); }

Result<std::uint64_t> FileSource::skip(std::uint64_t count) {
  const auto status = TRY(fstat(fd_));
  const off_t position = ::lseek(fd_.get(), 0, SEEK_CUR);
  if (position < 0) {
    const int err = errno;
    return fail_errno(err, "asking for the position in a file");
  }
  // lseek would also go beyond the end, and a stream that does that seems longer than it is.
  const auto begin = static_cast<std::uint64_t>(position);
  const auto rest = status.size_bytes > begin ? status.size_bytes - begin : 0;
  const auto skipped = std::min(count, rest);
  TRY(seek(fd_, begin + skipped));
  return skipped;
}

Result<> FdSink::write(Bytes bytes) { return write_all(fd_, bytes); }

}  // namespace corten::sys
