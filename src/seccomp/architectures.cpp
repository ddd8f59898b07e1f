#include "seccomp/architectures.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "seccomp/api.hpp"

namespace corten::seccomp {
namespace {

constexpr std::string_view kPrefix = "SCMP_ARCH_";

// runtime-spec config-linux.md, "seccomp": architectures, without the prefix.
constexpr std::array<std::string_view, 24> kNames{
    "NATIVE",  "X86",    "X86_64",    "X32",    "ARM",      "AARCH64",     "LOONGARCH64", "M68K",
    "MIPS",    "MIPS64", "MIPS64N32", "MIPSEL", "MIPSEL64", "MIPSEL64N32", "PPC",         "PPC64",
    "PPC64LE", "S390",   "S390X",     "PARISC", "PARISC64", "RISCV64",     "SH",          "SHEB"};

}  // namespace

Result<std::vector<std::uint32_t>> resolve_architectures(const Api& api, std::span<const std::string> names) {
  std::vector<std::uint32_t> tokens{api.arch_native()};
  for (const auto& name : names) {
    const bool prefixed = name.starts_with(kPrefix);
    const auto bare = prefixed ? std::string_view(name).substr(kPrefix.size()) : std::string_view();
    if (std::ranges::find(kNames, bare) == kNames.end()) {
      return fail(Errc::invalid_argument, "architectures: '{}' is no architecture of seccomp", name);
    }
    if (bare == "NATIVE") continue;
    const std::uint32_t token = api.arch_resolve_name(to_lower(bare).c_str());
    if (token == 0) {
      log::debug("seccomp: libseccomp does not know {}, leaving it out", name);
    } else if (std::ranges::find(tokens, token) == tokens.end()) {
      tokens.push_back(token);
    }
  }
  return tokens;
}

}  // namespace corten::seccomp
