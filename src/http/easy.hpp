#pragma once

#include <string>

#include "http/curl_api.hpp"

namespace corten::http {

/// A CURL easy handle: options are set one after the other, the first that libcurl refuses is kept for
/// status(). Typed setters, since curl_easy_setopt() takes anything and believes it.
class Easy {
 public:
  static Result<Easy> create(const CurlApi& api);
  Easy(Easy&& other) noexcept;
  Easy& operator=(Easy&&) = delete;
  ~Easy();

  void set(CURLoption option, long value);
  void set_size(CURLoption option, curl_off_t value);
  /// libcurl copies the text.
  void set_text(CURLoption option, const std::string& text);
  void set_null(CURLoption option);
  /// libcurl copies the bytes.
  void set_blob(CURLoption option, const std::string& bytes);
  /// Borrowed until the handle goes.
  void set_pointer(CURLoption option, void* pointer);
  template <typename Function>
  void set_function(CURLoption option, Function* function) {
    note(option, api_->easy_setopt(handle_, option, function));
  }
  /// For options that an older libcurl may lack without harm.
  void try_set(CURLoption option, long value);
  /// "Name: value" lines for the request; owned by this object.
  void add_header(const std::string& line);
  /// Hands the added headers to libcurl.
  void use_headers();

  /// unsupported, with the number of the first option that was refused.
  Result<> status() const;

  long info(CURLINFO what) const;
  curl_off_t info_size(CURLINFO what) const;
  CURL* get() const { return handle_; }

 private:
  Easy(const CurlApi& api, CURL* handle) : api_(&api), handle_(handle) {}
  void note(CURLoption option, CURLcode code);

  const CurlApi* api_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  CURLoption bad_option_ = CURLOPT_LASTENTRY;
  CURLcode bad_code_ = CURLE_OK;
};

}  // namespace corten::http
