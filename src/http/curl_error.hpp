#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "base/result.hpp"

namespace corten::http {

/// What is known about a transfer that libcurl gave up.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  std::string_view peer = {};    ///< "host:port" of the server.
  std::string_view proxy = {};   ///< Proxy::to_string(), or empty.
  int connect_status = 0;        ///< What the proxy answered to CONNECT, or 0.
  int os_errno = 0;              ///< CURLINFO_OS_ERRNO
  std::string_view detail = {};  ///< The text in CURLOPT_ERRORBUFFER, or empty.
};

/// The failure in our words and kinds: unavailable for what may pass (DNS, connecting, resets, timeouts, a
/// body that ends early), failed_precondition for TLS that cannot be trusted, data_loss for answers that are
/// not HTTP.
Error make_curl_error(const CurlFailure& failure);

}  // namespace corten::http
