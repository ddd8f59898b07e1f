#include "http/multi.hpp"

#include "base/check.hpp"
#include "http/transfer.hpp"

namespace corten::http {

Result<std::unique_ptr<Multi>> Multi::create(long max_idle_connections) {
  const auto* api = TRY(curl_api());
  CURLM* handle = api->multi_init();
  if (handle == nullptr) return fail(Errc::unavailable, "libcurl gave no multi handle: out of memory");
  auto multi = std::unique_ptr<Multi>(new Multi(*api, handle));
  TRY(multi->check(api->multi_setopt(handle, CURLMOPT_MAXCONNECTS, max_idle_connections),
                   "limiting connections"));
  return multi;
}

Multi::~Multi() {
  CORTEN_CHECK(transfers_ == 0, "a Client outlives its responses");
  (void)api_->multi_cleanup(handle_);
}

Result<> Multi::add(CURL* easy) {
  TRY(check(api_->multi_add_handle(handle_, easy), "starting a transfer"));
  ++transfers_;
  return {};
}

void Multi::remove(CURL* easy) {
  (void)api_->multi_remove_handle(handle_, easy);
  --transfers_;
}

Result<> Multi::perform() {
  int running = 0;
  TRY(check(api_->multi_perform(handle_, &running), "transferring"));
  int queued = 0;
  while (const CURLMsg* message = api_->multi_info_read(handle_, &queued)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    (void)api_->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->on_finished(message->data.result);
  }
  return {};
}

Result<> Multi::poll(std::chrono::milliseconds timeout) {
  return check(api_->multi_poll(handle_, nullptr, 0, static_cast<int>(timeout.count()), nullptr), "waiting");
}

Result<> Multi::check(CURLMcode code, const char* doing) const {
  if (code == CURLM_OK) return {};
  return fail(Errc::internal, "libcurl, {}: {}", doing, api_->multi_strerror(code));
}

}  // namespace corten::http
