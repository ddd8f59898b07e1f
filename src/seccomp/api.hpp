#pragma once

#include <seccomp.h>

#include <string>

#include "base/result.hpp"

/// Internal to src/seccomp: the one header of ours that shows libseccomp's types.
namespace corten::seccomp {

/// libseccomp's functions, found with dlopen: only a filter that is not in the cache needs them.
#define CORTEN_SECCOMP_FUNCTIONS(X) \
  X(init)                           \
  X(release)                        \
  X(arch_add)                       \
  X(arch_native)                    \
  X(arch_resolve_name)              \
  X(attr_set)                       \
  X(rule_add_array)                 \
  X(syscall_resolve_name_arch)      \
  X(export_bpf)                     \
  X(version)

struct Api {
// NOLINTNEXTLINE(bugprone-macro-parentheses): `name` is pasted into a declaration
#define CORTEN_SECCOMP_MEMBER(name) decltype(&::seccomp_##name) name = nullptr;
  CORTEN_SECCOMP_FUNCTIONS(CORTEN_SECCOMP_MEMBER)
#undef CORTEN_SECCOMP_MEMBER

  std::string path;  ///< The file that was loaded.
};

/// Loads a library and checks that it is a libseccomp that we can use: 2.5 or later. unsupported otherwise,
/// with the package to install as the hint.
Result<Api> load_api(const char* library);

/// libseccomp.so.2, loaded once per process, on the first call; thread-safe.
Result<const Api*> api();

}  // namespace corten::seccomp
