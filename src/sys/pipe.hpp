#pragma once

#include "sys/fd.hpp"

namespace corten::sys {

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

/// Both ends CLOEXEC.
Result<Pipe> create_pipe();

}  // namespace corten::sys
