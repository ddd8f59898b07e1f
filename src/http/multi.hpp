#pragma once

#include <chrono>
#include <memory>

#include "http/curl_api.hpp"

namespace corten::http {

class Transfer;

/// A curl multi handle: connections and the transfers on them. All calls from one thread but wakeup().
class Multi {
 public:
  static Result<std::unique_ptr<Multi>> create(long max_idle_connections);
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi();

  const CurlApi& api() const { return *api_; }

  /// `easy` must carry its Transfer as CURLOPT_PRIVATE and stay until remove().
  Result<> add(CURL* easy);
  void remove(CURL* easy);

  /// Moves what can be moved now on all transfers, and tells those that finished.
  Result<> perform();
  /// Waits until perform() has something to do, at most `timeout`.
  Result<> poll(std::chrono::milliseconds timeout);
  /// Ends a poll() from any thread.
  void wakeup() { (void)api_->multi_wakeup(handle_); }

 private:
  Multi(const CurlApi& api, CURLM* handle) : api_(&api), handle_(handle) {}
  Result<> check(CURLMcode code, const char* doing) const;

  const CurlApi* api_;
  CURLM* handle_;
  int transfers_ = 0;
};

}  // namespace corten::http
