#pragma once

#include "base/stream.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

/// Files in memory (memfd_create, kernel 3.17).
namespace corten::sys {

enum class MemfdUse { data, program };

/// Empty and writable. `name` is only seen in /proc. A `program` may be executed; `data` may not, where the
/// kernel makes the difference (6.3).
Result<UniqueFd> create_memfd(PathArg name, MemfdUse use = MemfdUse::data);

/// No more writing, growing, shrinking or unsealing, for anybody, ever.
Result<> seal_memfd(BorrowedFd memfd);
Result<bool> is_sealed(BorrowedFd memfd);

Result<UniqueFd> sealed_memfd_of(PathArg name, Bytes bytes, MemfdUse use = MemfdUse::data);

/// A sealed copy of a file, for executing a program that must not be overwritten through /proc/self/exe
/// (CVE-2019-5736).
Result<UniqueFd> sealed_copy_of(BorrowedFd file, PathArg name, MemfdUse use = MemfdUse::program);

}  // namespace corten::sys
