#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "oci/runtime_spec/seccomp.hpp"

namespace corten::seccomp {

/// The value that a filter returns for an action: a SECCOMP_RET_* of <linux/seccomp.h> with the errno in its
/// low half. Without `errno_ret` that is EPERM. invalid_argument when an errno is given to an action that has
/// none (the specification wants that) or does not fit; unsupported when this kernel does not know the
/// action.
Result<std::uint32_t> kernel_action(oci::SeccompAction action, std::optional<std::uint32_t> errno_ret);

}  // namespace corten::seccomp
