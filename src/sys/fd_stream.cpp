#include "sys/fd_stream.hpp"

#include "sys/file.hpp"

namespace corten::sys {

Result<std::size_t> FdSource::read(MutableBytes buffer) { return read_some(fd_, buffer); }

Result<> FdSink::write(Bytes bytes) { return write_all(fd_, bytes); }

}  // namespace corten::sys
