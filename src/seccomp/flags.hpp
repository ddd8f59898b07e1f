#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "oci/runtime_spec/seccomp.hpp"

namespace corten::seccomp {

/// Whether some rule answers SCMP_ACT_NOTIFY: loading the filter then gives a listener.
bool uses_notify(const oci::Seccomp& profile);

/// The flags for seccomp(2): those of the profile, and SECCOMP_FILTER_FLAG_NEW_LISTENER when it notifies. A
/// profile that names none gets SPEC_ALLOW where the kernel has it, as runc does: without it every start on a
/// kernel before 5.16 costs the container its branch prediction. invalid_argument for unknown flags,
/// unsupported for those that this kernel does not know.
Result<std::uint32_t> kernel_flags(const oci::Seccomp& profile);

}  // namespace corten::seccomp
