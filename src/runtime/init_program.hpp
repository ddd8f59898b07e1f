#pragma once

#include "base/stream.hpp"

namespace corten::runtime {

/// The init helper, an ELF program that lies in this one: nothing on disk that a container could overwrite
/// (CVE-2019-5736). Lives as long as the process.
Bytes init_program();

}  // namespace corten::runtime
