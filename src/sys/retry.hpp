#pragma once

#include <cerrno>

namespace corten::sys {

/// Repeats a system call while a signal interrupts it.
template <typename Call>
auto retry_on_eintr(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace corten::sys
