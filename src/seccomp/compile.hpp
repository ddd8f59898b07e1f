#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "oci/runtime_spec/seccomp.hpp"

namespace corten::seccomp {

/// What sys::load_seccomp_filter() takes.
struct Filter {
  std::vector<std::uint8_t> program;  ///< An array of struct sock_filter.
  std::uint32_t flags = 0;            ///< SECCOMP_FILTER_FLAG_*
  bool needs_listener = false;        ///< Loading gives a descriptor for the profile's listenerPath.
};

/// Compiles "linux.seccomp" of runtime-spec 1.2 config-linux.md for this host, by libseccomp, which is loaded
/// on the first call; a few milliseconds to tens of them, so callers use FilterCache.
///
/// System calls that libseccomp does not know are left out (what denies by default denies them as well);
/// unknown architectures, actions, flags and impossible arguments are errors that name the member:
/// "linux.seccomp.syscalls[3].args[0]: ...". Newer system calls: newer_calls.hpp.
///
/// Of two rules for the same call without arguments the first counts (libseccomp's choice); two that differ
/// only in their action are an error.
///
/// SCMP_ACT_NOTIFY is refused as the default, and for write(2): whoever loads the filter must still be able
/// to tell the supervisor about the listener.
Result<Filter> compile(const oci::Seccomp& profile);

/// The part of it that depends on the profile's rules: bytes without flags, and the libseccomp that made
/// them.
struct Program {
  std::vector<std::uint8_t> bytes;
  std::string library;  ///< The path of its file.
};
Result<Program> compile_program(const oci::Seccomp& profile);

}  // namespace corten::seccomp
