#include <algorithm>

#include "base/strings.hpp"
#include "http/transfer.hpp"

// What libcurl calls while Multi::perform() or easy_pause() runs. Failures are kept in the Transfer, since
// libcurl itself only learns that there was one.
namespace corten::http {

std::size_t Transfer::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto total = size * count;
  if (auto accepted = transfer.on_header_line({data, total}); !accepted) {
    (void)transfer.fail_with(std::move(accepted).error());
    return 0;
  }
  return total;
}

Result<> Transfer::on_header_line(std::string_view line) {
  const auto& limits = config_.options.header_limits;
  // Interim answers and trailers count too, so that a server cannot send them without end.
  header_bytes_ += line.size();
  if (header_bytes_ > limits.max_bytes) {
    return fail(Errc::data_loss, "the headers of the answer are over {} bytes", limits.max_bytes);
  }
  if (has_headers_) return {};  // trailers of a chunked body
  if (line.starts_with("HTTP/")) {
    headers_.clear();
    return {};
  }
  if (trim(line).empty()) return on_headers_end();
  if (headers_.size() == limits.max_fields) {
    return fail(Errc::data_loss, "the answer has more than {} headers", limits.max_fields);
  }
  const auto field = TRY(parse_header_line(line));
  return headers_.add(field.name, field.value);
}

Result<> Transfer::on_headers_end() {
  const auto status = static_cast<int>(easy_.info(CURLINFO_RESPONSE_CODE));
  if (status < 200) return {};  // 100 Continue, 103 Early Hints: the answer follows
  if (status == 417 && may_repeat_) {
    may_repeat_ = false;  // without Expect this time (RFC 9110 section 15.5.18): wait for that answer
    return {};
  }
  status_ = status;
  content_length_ = TRY(find_content_length(headers_));
  has_headers_ = true;
  return {};
}

std::size_t Transfer::body_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->on_body({reinterpret_cast<const std::uint8_t*>(data), size * count});
}

std::size_t Transfer::on_body(Bytes bytes) {
  const auto direct = bytes.first(std::min(bytes.size(), target_.size()));
  const auto rest = bytes.subspan(direct.size());
  if (!rest.empty() && (spare_begin_ != spare_end_ || rest.size() > spare_.size())) {
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;  // nothing of this piece was taken: it comes again
  }
  std::ranges::copy(direct, target_.begin());
  target_ = target_.subspan(direct.size());
  received_ += direct.size();
  if (!rest.empty()) {
    std::ranges::copy(rest, spare_.begin());
    spare_begin_ = 0;
    spare_end_ = rest.size();
  }
  body_bytes_ += bytes.size();
  return bytes.size();
}

std::size_t Transfer::upload_callback(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.upload_ == nullptr) return 0;
  auto taken = transfer.upload_->read({reinterpret_cast<std::uint8_t*>(data), size * count});
  if (taken) return *taken;
  (void)transfer.fail_with(std::move(taken).error());
  return CURL_READFUNC_ABORT;
}

// libcurl goes back to the start when a kept connection turned out to be dead, or after 417.
int Transfer::seek_callback(void* self, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
  if (transfer.upload_ == nullptr || transfer.upload_->rewind()) return CURL_SEEKFUNC_OK;
  return CURL_SEEKFUNC_FAIL;
}

}  // namespace corten::http
