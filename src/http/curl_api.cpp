#include "http/curl_api.hpp"

#include <dlfcn.h>

#include "base/scope_exit.hpp"

namespace corten::http {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";
constexpr unsigned kMinVersion = 0x075500;  // 7.85.0: CURLOPT_PROTOCOLS_STR; thread-safe curl_global_init()

template <typename Function>
Result<> find_symbol(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) return fail(Errc::unsupported, "libcurl has no function '{}'", name);
  return {};
}

Result<> check_version(const curl_version_info_data& info) {
  if (info.version_num < kMinVersion) {
    return fail(Errc::unsupported, "libcurl {} is too old, 7.85.0 or later is needed", info.version);
  }
  if ((info.features & CURL_VERSION_SSL) == 0) {
    return fail(Errc::unsupported, "libcurl {} was built without TLS", info.version);
  }
  // With the blocking resolver neither timeouts nor cancellation would work during a lookup.
  if ((info.features & CURL_VERSION_ASYNCHDNS) == 0) {
    return fail(Errc::unsupported, "libcurl {} was built without an asynchronous resolver", info.version);
  }
  return {};
}

}  // namespace

Result<CurlApi> load_curl(const char* library) {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = ::dlerror();
    return with_hint(fail(Errc::unsupported, "loading '{}', which is needed to talk to a network: {}",
                          library, reason != nullptr ? reason : "unknown error"),
                     "apt install libcurl4");
  }
  // Only a library that is refused is closed: OpenSSL, below a good one, registers handlers with atexit().
  ScopeExit close([&] { ::dlclose(handle); });
  CurlApi api;
#define CORTEN_CURL_LOAD(name) TRY(find_symbol(handle, "curl_" #name, api.name));
  CORTEN_CURL_FUNCTIONS(CORTEN_CURL_LOAD)
#undef CORTEN_CURL_LOAD
  const auto* info = api.version_info(CURLVERSION_NOW);
  TRY(check_version(*info));
  api.version = info->version;
  if (info->cainfo != nullptr) api.system_ca_file = info->cainfo;
  close.release();
  if (const auto code = api.global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    return fail(Errc::internal, "initialising libcurl: {}", api.easy_strerror(code));
  }
  return api;
}

Result<const CurlApi*> curl_api() {
  static const Result<CurlApi> loaded = load_curl(kLibrary);
  if (!loaded) return std::unexpected(loaded.error().clone());
  return &*loaded;
}

}  // namespace corten::http
