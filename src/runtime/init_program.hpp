#pragma once

#include <string_view>

#include "base/stream.hpp"

namespace corten::runtime {

/// The init helper, an ELF program that lies in this one. Lives as long as the process. init_file.hpp makes
/// something to execute of it.
Bytes init_program();
/// Its sha256 as 64 hexadecimal digits, found out when it was built.
std::string_view init_program_digest();

}  // namespace corten::runtime
