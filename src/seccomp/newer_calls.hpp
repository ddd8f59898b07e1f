#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

#include "oci/runtime_spec/seccomp.hpp"

namespace corten::seccomp {

struct Api;

/// Instructions to put before a filter, so that system calls newer than the newest that the profile names (in
/// any rule) answer ENOSYS instead of the default action.
///
/// A profile that denies by default was written when its author's newest call was the last one there was. C
/// libraries try newer calls and fall back on ENOSYS; EPERM they take for an answer, and a kill ends them.
/// Denied they are either way. runc does the same (libcontainer/seccomp/patchbpf, since 1.0.0-rc93).
///
/// Nothing is needed when the default action lets calls pass (allow, log) or hands them to a tracer, which
/// has to answer for itself, or when it is ENOSYS already. The numbers compared are those of each
/// architecture; an architecture in which no name has a number keeps its default.
std::vector<sock_filter> answer_newer_calls(const Api& api, const oci::Seccomp& profile,
                                            std::span<const std::uint32_t> architectures);

}  // namespace corten::seccomp
