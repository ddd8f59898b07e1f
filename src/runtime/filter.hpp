#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "oci/runtime_spec/seccomp.hpp"
#include "oci/runtime_spec/state.hpp"
#include "sys/fd.hpp"

/// The command's side of linux.seccomp; the filter is loaded by the init helper.
namespace corten::runtime {

struct PreparedFilter {
  sys::UniqueFd program;  ///< A sealed memfd, for the plan.
  std::uint32_t flags = 0;
};

/// Compiles a profile, or takes it from the cache of compiled ones in the directory `cache`, which is made
/// when it is missing. A cache that cannot be used costs time only; "" is none.
Result<PreparedFilter> prepare_filter(const oci::Seccomp& profile, const std::string& cache);

/// Sends a listener on to linux.seccomp.listenerPath with the ContainerProcessState (runtime-spec
/// config-linux.md); `process` is whose system calls it gets.
Result<> send_listener(const oci::Seccomp& profile, const oci::State& state, pid_t process,
                       sys::BorrowedFd listener);

}  // namespace corten::runtime
