#include "http/easy.hpp"

#include <utility>

namespace corten::http {

Result<Easy> Easy::create(const CurlApi& api) {
  CURL* handle = api.easy_init();
  if (handle == nullptr) return fail(Errc::unavailable, "libcurl gave no handle: out of memory");
  return Easy(api, handle);
}

Easy::Easy(Easy&& other) noexcept
    : api_(other.api_),
      handle_(std::exchange(other.handle_, nullptr)),
      headers_(std::exchange(other.headers_, nullptr)),
      bad_option_(other.bad_option_),
      bad_code_(other.bad_code_) {}

Easy::~Easy() {
  if (handle_ != nullptr) api_->easy_cleanup(handle_);
  if (headers_ != nullptr) api_->slist_free_all(headers_);
}

void Easy::set(CURLoption option, long value) { note(option, api_->easy_setopt(handle_, option, value)); }

void Easy::set_size(CURLoption option, curl_off_t value) {
  note(option, api_->easy_setopt(handle_, option, value));
}

void Easy::set_text(CURLoption option, const std::string& text) {
  note(option, api_->easy_setopt(handle_, option, text.c_str()));
}

void Easy::set_null(CURLoption option) {
  note(option, api_->easy_setopt(handle_, option, static_cast<const char*>(nullptr)));
}

void Easy::set_blob(CURLoption option, const std::string& bytes) {
  curl_blob blob{};
  blob.data = const_cast<char*>(bytes.data());  // only read: the flag asks for a copy
  blob.len = bytes.size();
  blob.flags = CURL_BLOB_COPY;
  note(option, api_->easy_setopt(handle_, option, &blob));
}

void Easy::set_pointer(CURLoption option, void* pointer) {
  note(option, api_->easy_setopt(handle_, option, pointer));
}

void Easy::try_set(CURLoption option, long value) { (void)api_->easy_setopt(handle_, option, value); }

void Easy::add_header(const std::string& line) {
  curl_slist* longer = api_->slist_append(headers_, line.c_str());
  if (longer == nullptr) {
    note(CURLOPT_HTTPHEADER, CURLE_OUT_OF_MEMORY);
    return;
  }
  headers_ = longer;
}

void Easy::use_headers() {
  note(CURLOPT_HTTPHEADER, api_->easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_));
}

void Easy::note(CURLoption option, CURLcode code) {
  if (code == CURLE_OK || bad_code_ != CURLE_OK) return;
  bad_option_ = option;
  bad_code_ = code;
}

Result<> Easy::status() const {
  if (bad_code_ == CURLE_OK) return {};
  return fail(Errc::unsupported, "libcurl {} refused option {}: {}", api_->version,
              static_cast<int>(bad_option_), api_->easy_strerror(bad_code_));
}

long Easy::info(CURLINFO what) const {
  long value = 0;
  (void)api_->easy_getinfo(handle_, what, &value);
  return value;
}

curl_off_t Easy::info_size(CURLINFO what) const {
  curl_off_t value = 0;
  (void)api_->easy_getinfo(handle_, what, &value);
  return value;
}

}  // namespace corten::http
