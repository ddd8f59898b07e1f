#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace corten::seccomp {

struct Api;

/// The tokens of libseccomp (SCMP_ARCH_*) for names such as "SCMP_ARCH_X86_64"; the native one is always the
/// first, whether it is in the list or not. Names that libseccomp is too old to know are left out: a program
/// of that architecture will be killed by the filter. invalid_argument for what the specification does not
/// know either.
Result<std::vector<std::uint32_t>> resolve_architectures(const Api& api, std::span<const std::string> names);

}  // namespace corten::seccomp
