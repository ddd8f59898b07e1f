#include "runtime/passed_fds.hpp"

#include <unistd.h>

#include "base/env.hpp"
#include "base/strings.hpp"

namespace corten::runtime {

Result<std::uint32_t> count_listen_fds() {
  constexpr std::int64_t kMost = 1024;
  const auto count = find_nonempty_env("LISTEN_FDS");
  if (!count) return 0;
  const auto pid = find_nonempty_env("LISTEN_PID");
  if (pid && *pid != std::to_string(::getpid())) return 0;
  const auto number = TRY(parse_int64(*count, "the variable LISTEN_FDS"));
  if (number < 0 || number > kMost) {
    return fail(Errc::invalid_argument, "the variable LISTEN_FDS: '{}' is no count of descriptors", *count);
  }
  return static_cast<std::uint32_t>(number);
}

void add_listen_variables(std::vector<std::string>& env, std::uint32_t count) {
  if (count == 0) return;
  env.push_back("LISTEN_FDS=" + std::to_string(count));
  env.push_back("LISTEN_PID=1");
}

}  // namespace corten::runtime
