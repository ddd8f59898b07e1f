#include "sys/random_name.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/strings.hpp"
#include "sys/retry.hpp"

namespace corten::sys {

Result<std::string> random_name(std::string_view prefix) {
  std::array<std::uint8_t, 8> bytes{};
  // Requests up to 256 bytes are never cut short (getrandom(2)).
  if (retry_on_eintr([&] { return ::getrandom(bytes.data(), bytes.size(), 0); }) < 0) {
    const int err = errno;
    return fail_errno(err, "drawing a random name");
  }
  return std::string(prefix) + to_hex(bytes);
}

}  // namespace corten::sys
