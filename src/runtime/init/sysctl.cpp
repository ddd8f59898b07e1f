#include "runtime/init/sysctl.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace corten::runtime {

// sysctl(8): the separator that comes first is the one that counts.
Result<std::string> sysctl_path(std::string_view name) {
  std::string path(name);
  const auto first = path.find_first_of("./");
  if (first != std::string::npos && path[first] == '.') {
    std::ranges::transform(path, path.begin(), [](char c) { return c == '.' ? '/' : c == '/' ? '.' : c; });
  }
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") {
      return fail(Errc::invalid_argument, "linux.sysctl: '{}' is no name of a sysctl", printable(name));
    }
  }
  return path;
}

Result<> set_sysctls(InitContext& context) {
  for (const auto& [name, value] : context.linux_part().sysctl) {
    const auto path = TRY(sysctl_path(name));
    TRY_CTX(context.procfs.write("sys/" + path, value), "linux.sysctl: {}", printable(name));
  }
  return {};
}

}  // namespace corten::runtime
