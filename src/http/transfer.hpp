#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/stream.hpp"
#include "http/client_config.hpp"
#include "http/easy.hpp"
#include "http/multi.hpp"
#include "http/stall.hpp"
#include "http/upload.hpp"

namespace corten::http {

/// One message and its answer on a multi handle; also the Source of the answer's body.
///
/// libcurl pushes, a Source is pulled. In between stand the reader's own buffer, which libcurl's callback
/// fills while a read() waits, and `spare_`, which takes what is left of the piece that filled it. When both
/// are full the transfer is paused, its socket is not read any more, and the kernel makes the server wait.
class Transfer : public Source {
 public:
  /// `upload` belongs to the caller's exchange while hops may follow, to this transfer from keep_upload() on.
  static Result<std::unique_ptr<Transfer>> start(Multi& multi, const ClientConfig& config,
                                                 const Message& message, Upload* upload,
                                                 std::stop_token stop);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() override;

  /// Returns when the headers of the final answer are there; of an answer without a body, when it has ended.
  Result<> wait_for_answer();
  Result<std::size_t> read(MutableBytes buffer) override;
  void discard();
  void keep_upload(std::unique_ptr<Upload> upload) { kept_upload_ = std::move(upload); }

  int status() const { return status_; }
  const Headers& headers() const { return headers_; }
  const Url& url() const { return url_; }
  std::optional<std::uint64_t> content_length() const { return content_length_; }
  /// "GET https://host/path", redacted: the frame of every error.
  const std::string& title() const { return title_; }

  /// From Multi: libcurl is done with it.
  void on_finished(CURLcode code);

 private:
  static constexpr std::size_t kSpareBytes = CURL_MAX_WRITE_SIZE;  ///< The largest piece libcurl hands over.

  Transfer(Multi& multi, const ClientConfig& config, const Message& message, Upload* upload,
           std::stop_token stop, Easy easy);
  void set_callbacks();

  // libcurl's callbacks; `self` is the Transfer.
  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t upload_callback(char* data, std::size_t size, std::size_t count, void* self);
  static int seek_callback(void* self, curl_off_t offset, int origin);

  Result<> on_header_line(std::string_view line);
  Result<> on_headers_end();
  std::size_t on_body(Bytes bytes);

  Result<> step();
  Result<> resume();
  Result<> wait();
  std::size_t take_spare(MutableBytes buffer);
  bool has_no_body() const;
  std::unexpected<Error> fail_with(Error error);
  std::unexpected<Error> repeat_failure() const { return std::unexpected(failure_->clone()); }

  Multi& multi_;
  const ClientConfig& config_;
  Url url_;
  std::string title_;
  Method method_;
  bool may_repeat_;  ///< libcurl repeats the request by itself after a 417.
  std::string proxy_;
  Upload* upload_;
  std::unique_ptr<Upload> kept_upload_;
  std::stop_token stop_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  Easy easy_;
  bool added_ = false;

  int status_ = 0;
  Headers headers_;
  std::size_t header_bytes_ = 0;
  bool has_headers_ = false;
  std::optional<std::uint64_t> content_length_;

  MutableBytes target_;       ///< What a waiting read() still wants.
  std::size_t received_ = 0;  ///< By that read().
  std::array<std::uint8_t, kSpareBytes> spare_;
  std::size_t spare_begin_ = 0;
  std::size_t spare_end_ = 0;
  bool paused_ = false;
  bool finished_ = false;
  std::uint64_t body_bytes_ = 0;
  std::optional<Error> failure_;

  StallDetector stalled_;
  StallDetector unanswered_;
};

}  // namespace corten::http
