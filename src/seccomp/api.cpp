#include "seccomp/api.hpp"

#include <dlfcn.h>

#include "base/scope_exit.hpp"

namespace corten::seccomp {
namespace {

constexpr const char* kLibrary = "libseccomp.so.2";

template <typename Function>
Result<> find_symbol(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) return fail(Errc::unsupported, "libseccomp has no function '{}'", name);
  return {};
}

// 2.5.0 brought the binary tree and the notify action.
Result<> check_version(const scmp_version& version) {
  if (version.major == 2 && version.minor >= 5) return {};
  return fail(Errc::unsupported, "libseccomp {}.{}.{} cannot be used, 2.5.0 or later is needed",
              version.major, version.minor, version.micro);
}

std::string file_of(const void* function) {
  Dl_info info{};
  if (::dladdr(function, &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

}  // namespace

Result<Api> load_api(const char* library) {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = ::dlerror();
    return with_hint(fail(Errc::unsupported, "loading '{}', which compiles seccomp profiles: {}", library,
                          reason != nullptr ? reason : "unknown error"),
                     "apt install libseccomp2");
  }
  ScopeExit close([&] { ::dlclose(handle); });
  Api result;
#define CORTEN_SECCOMP_LOAD(name) TRY(find_symbol(handle, "seccomp_" #name, result.name));
  CORTEN_SECCOMP_FUNCTIONS(CORTEN_SECCOMP_LOAD)
#undef CORTEN_SECCOMP_LOAD
  const scmp_version version = *result.version();
  TRY(check_version(version));
  result.path = file_of(reinterpret_cast<const void*>(result.version));
  close.release();
  return result;
}

Result<const Api*> api() {
  static const Result<Api> loaded = load_api(kLibrary);
  if (!loaded) return std::unexpected(loaded.error().clone());
  return &*loaded;
}

}  // namespace corten::seccomp
