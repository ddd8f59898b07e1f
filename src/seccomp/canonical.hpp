#pragma once

#include <string>

#include "oci/runtime_spec/seccomp.hpp"

namespace corten::seccomp {

/// One text for all profiles that make the same program: JSON with sorted members, the names of a rule and
/// the architectures sorted and without repetitions, and without what is no part of the program (flags, the
/// listener, members that the specification does not know). The order of rules stays: it can matter.
std::string canonical_text(const oci::Seccomp& profile);

}  // namespace corten::seccomp
