#include "main/standard_streams.hpp"

#include <signal.h>

#include <cerrno>

#include "main/process_setup.hpp"

namespace corten::process {

Result<std::size_t> StandardInput::read(MutableBytes buffer) {
  const auto size = std::fread(buffer.data(), 1, buffer.size(), stdin);
  if (size > 0 || buffer.empty() || std::feof(stdin) != 0) return size;
  const int err = errno;
  return fail_errno(err, "reading standard input");
}

Result<> StandardOutput::write(Bytes bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return {};
  return failure(errno);
}

Result<> StandardOutput::finish() {
  if (failed_ || std::fflush(file_) == 0) return {};
  return failure(errno);
}

std::unexpected<Error> StandardOutput::failure(int errnum) {
  failed_ = true;
  if (errnum == EPIPE) die_of(SIGPIPE);
  return fail_errno(errnum, "writing {}", name_);
}

}  // namespace corten::process
