#include "sys/memfd.hpp"

#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>

#include <cerrno>

#include "sys/copy.hpp"
#include "sys/file.hpp"

// linux/memfd.h of kernel 6.3; Debian 12 has the headers of 6.1.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace corten::sys {

namespace {
constexpr int kAllSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
}

Result<UniqueFd> create_memfd(PathArg name, MemfdUse use) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  // Saying which matters where sysctl vm.memfd_noexec is set; kernels before 6.3 do not know the flags.
  int fd = ::memfd_create(name.c_str(), flags | (use == MemfdUse::program ? MFD_EXEC : MFD_NOEXEC_SEAL));
  if (fd < 0 && errno == EINVAL) fd = ::memfd_create(name.c_str(), flags);
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "making the memory file '{}'", name.shown());
  }
  return UniqueFd(fd);
}

Result<> seal_memfd(BorrowedFd memfd) {
  if (::fcntl(memfd.get(), F_ADD_SEALS, kAllSeals) != 0) {
    const int err = errno;
    return fail_errno(err, "sealing a memory file");
  }
  return {};
}

Result<bool> is_sealed(BorrowedFd memfd) {
  const int seals = ::fcntl(memfd.get(), F_GET_SEALS);
  if (seals < 0) {
    const int err = errno;
    if (err == EINVAL) return false;  // no memory file at all
    return fail_errno(err, "reading the seals of a file");
  }
  return (seals & kAllSeals) == kAllSeals;
}

Result<UniqueFd> sealed_memfd_of(PathArg name, Bytes bytes, MemfdUse use) {
  auto fd = TRY(create_memfd(name, use));
  TRY(write_all(fd, bytes));
  TRY(seal_memfd(fd));
  TRY(seek(fd, 0));
  return fd;
}

Result<UniqueFd> sealed_copy_of(BorrowedFd file, PathArg name, MemfdUse use) {
  auto fd = TRY(create_memfd(name, use));
  TRY_CTX(copy_file(file, fd), "copying into the memory file '{}'", name.shown());
  TRY(seal_memfd(fd));
  TRY(seek(fd, 0));
  return fd;
}

}  // namespace corten::sys
