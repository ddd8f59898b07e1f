#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/stream.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::sys {

/// What a power cut may take back.
enum class Durability : std::uint8_t {
  none,              ///< Readers see the old or the new content; after a crash perhaps an empty file.
  content,           ///< As none, and the content is on disk before the name shows it.
  content_and_name,  ///< When the call returns, the new content is there after a crash too.
};

/// Replaces or makes the file `name` in `dir`: written aside, flushed, renamed. `name` is one component;
/// `mode` is set exactly, whatever the umask. On failure the old file is as before and nothing is left over.
Result<> write_file_atomically(BorrowedFd dir, PathArg name, Bytes bytes, mode_t mode, Durability durability);

}  // namespace corten::sys
