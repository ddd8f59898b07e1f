#pragma once

#include <cstdint>
#include <optional>

#include "base/stream.hpp"
#include "sys/fd.hpp"

/// seccomp(2), kernel 3.17, without libseccomp: for a program that only loads what another has compiled.
/// `flags` are the SECCOMP_FILTER_FLAG_* and `action` the SECCOMP_RET_* of <linux/seccomp.h>.
namespace corten::sys {

/// The kernel takes no longer programs: BPF_MAXINSNS of <linux/bpf_common.h>, 8 bytes each.
inline constexpr std::size_t kMaxFilterInstructions = 4096;

/// Puts a program (an array of struct sock_filter) over the calling thread; it cannot be taken off again.
/// With SECCOMP_FILTER_FLAG_NEW_LISTENER (kernel 5.0) the descriptor on which a supervisor answers, else
/// nothing. permission_denied unless the thread has CAP_SYS_ADMIN or no_new_privs.
Result<std::optional<UniqueFd>> load_seccomp_filter(Bytes program, std::uint32_t flags);

/// Whether the kernel knows an action (SECCOMP_GET_ACTION_AVAIL, kernel 4.14).
bool has_seccomp_action(std::uint32_t action);

/// Whether the kernel knows all these flags together. Loads nothing.
bool has_seccomp_flags(std::uint32_t flags);

}  // namespace corten::sys
