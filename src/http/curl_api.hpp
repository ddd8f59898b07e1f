#pragma once

#include <string>

#include <curl/curl.h>

#include "base/result.hpp"

/// Internal to src/http: the only headers of ours that show libcurl's types are curl_*.hpp and easy.hpp,
/// multi.hpp and transfer.hpp beside it.
namespace corten::http {

/// libcurl's functions, found with dlopen: about 30 libraries come with it, and most commands never talk to a
/// network. Types are those of <curl/curl.h>.
#define CORTEN_CURL_FUNCTIONS(X) \
  X(global_init)                 \
  X(version_info)                \
  X(easy_init)                   \
  X(easy_cleanup)                \
  X(easy_setopt)                 \
  X(easy_getinfo)                \
  X(easy_pause)                  \
  X(easy_strerror)               \
  X(slist_append)                \
  X(slist_free_all)              \
  X(multi_init)                  \
  X(multi_cleanup)               \
  X(multi_setopt)                \
  X(multi_add_handle)            \
  X(multi_remove_handle)         \
  X(multi_perform)               \
  X(multi_poll)                  \
  X(multi_wakeup)                \
  X(multi_info_read)             \
  X(multi_strerror)

struct CurlApi {
// NOLINTNEXTLINE(bugprone-macro-parentheses): `name` is pasted into a declaration
#define CORTEN_CURL_MEMBER(name) decltype(&::curl_##name) name = nullptr;
  CORTEN_CURL_FUNCTIONS(CORTEN_CURL_MEMBER)
#undef CORTEN_CURL_MEMBER

  std::string version;         ///< "7.88.1"
  std::string system_ca_file;  ///< The bundle that libcurl trusts by default, or empty.
};

/// Loads a library and checks that it is a libcurl that we can use: 7.85 or later, with TLS and a resolver
/// that does not block. unsupported otherwise, with the package to install as the hint.
Result<CurlApi> load_curl(const char* library);

/// libcurl.so.4, loaded and initialised once per process, on the first call; thread-safe.
Result<const CurlApi*> curl_api();

}  // namespace corten::http
