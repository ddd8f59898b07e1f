#pragma once

#include <string_view>

#include "oci/runtime_spec/seccomp.hpp"
#include "sys/capability_names.hpp"

namespace corten::seccomp {

/// What a container may call unless the user says otherwise: an allow-list (default_calls.cpp) with EPERM for
/// the rest and ENOSYS for what is newer. In effect Docker's, less io_uring, and ptrace only with
/// CAP_SYS_PTRACE.
///
/// `architecture` is the image's, as in oci::Platform ("amd64"); its 32-bit form is covered too. An unknown
/// one gets the list without calls of its own. `capabilities`, those in the container's bounding set, open
/// what the kernel would let them use: CAP_SYS_ADMIN mounts and namespaces, for example.
oci::Seccomp default_profile(std::string_view architecture, sys::CapabilityMask capabilities);

}  // namespace corten::seccomp
