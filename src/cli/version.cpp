#include "cli/version.hpp"

#include <fmt/format.h>

namespace corten::cli {

std::string_view build_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return "ppc64le";
#elif defined(__s390x__)
  return "s390x";
#else
#error "name this architecture as the OCI platform does (GOARCH)"
#endif
}

std::string version_line() {
  const auto& info = build_info();
  return fmt::format("corten version {}, build {}\n", info.version, info.commit);
}

}  // namespace corten::cli
