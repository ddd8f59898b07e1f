#include "http/transfer.hpp"

#include <algorithm>

#include "base/scope_exit.hpp"
#include "base/strings.hpp"
#include "http/curl_error.hpp"

namespace corten::http {

Result<std::unique_ptr<Transfer>> Transfer::start(Multi& multi, const ClientConfig& config,
                                                  const Message& message, Upload* upload,
                                                  std::stop_token stop) {
  auto easy = TRY(Easy::create(multi.api()));
  TRY(configure_easy(easy, message, config));
  auto transfer = std::unique_ptr<Transfer>(
      new Transfer(multi, config, message, upload, std::move(stop), std::move(easy)));
  transfer->set_callbacks();
  TRY(transfer->easy_.status());
  TRY(multi.add(transfer->easy_.get()));
  transfer->added_ = true;
  return transfer;
}

Transfer::Transfer(Multi& multi, const ClientConfig& config, const Message& message, Upload* upload,
                   std::stop_token stop, Easy easy)
    : multi_(multi),
      config_(config),
      url_(message.url),
      title_(fmt::format("{} {}", http::to_string(message.method), redacted_url(message.url))),
      method_(message.method),
      may_repeat_(message.expect == Expect::automatic),
      proxy_(message.proxy != nullptr ? message.proxy->to_string() : ""),
      upload_(upload),
      stop_(std::move(stop)),
      easy_(std::move(easy)),
      stalled_(message.timeouts.stall, message.timeouts.stall_min_bytes),
      unanswered_(message.timeouts.response, 1) {}

Transfer::~Transfer() {
  if (added_) multi_.remove(easy_.get());
}

void Transfer::set_callbacks() {
  easy_.set_pointer(CURLOPT_PRIVATE, this);
  easy_.set_pointer(CURLOPT_ERRORBUFFER, detail_.data());
  easy_.set_function(CURLOPT_HEADERFUNCTION, &header_callback);
  easy_.set_pointer(CURLOPT_HEADERDATA, this);
  easy_.set_function(CURLOPT_WRITEFUNCTION, &body_callback);
  easy_.set_pointer(CURLOPT_WRITEDATA, this);
  easy_.set_function(CURLOPT_READFUNCTION, &upload_callback);
  easy_.set_pointer(CURLOPT_READDATA, this);
  easy_.set_function(CURLOPT_SEEKFUNCTION, &seek_callback);
  easy_.set_pointer(CURLOPT_SEEKDATA, this);
}

Result<> Transfer::wait_for_answer() {
  while (!has_headers_ && !finished_) TRY(step());
  // Nothing more will be read of these, and a transfer that has not ended takes its connection along.
  while (!failure_ && !finished_ && has_no_body()) TRY(step());
  // A body that was cut off is for read() to report, after the bytes that did come.
  if (failure_ && (!has_headers_ || has_no_body())) return repeat_failure();
  if (!has_headers_) return fail_with(Error(Errc::data_loss, "the answer has no headers"));
  return {};
}

bool Transfer::has_no_body() const {
  return method_ == Method::head || status_ == 204 || status_ == 304 || content_length_ == 0U;
}

Result<std::size_t> Transfer::read(MutableBytes buffer) {
  if (buffer.empty()) return 0;
  if (spare_begin_ != spare_end_) return take_spare(buffer);
  if (failure_) return repeat_failure();
  target_ = buffer;
  received_ = 0;
  const ScopeExit forget([this] { target_ = {}; });
  while (received_ == 0 && !finished_) TRY(step());
  // What came before a failure is delivered; the next call reports it.
  if (received_ == 0 && failure_) return repeat_failure();
  return received_;
}

void Transfer::discard() {
  constexpr std::size_t kMaxDiscarded = std::size_t{64} * 1024;
  std::array<std::uint8_t, 8192> buffer;
  std::size_t total = 0;
  while (total < kMaxDiscarded) {
    const auto size = read(buffer);
    if (!size || *size == 0) return;
    total += *size;
  }
}

// One round: give libcurl the chance to move bytes; if none can be moved, wait for the peer.
Result<> Transfer::step() {
  if (failure_) return repeat_failure();
  if (stop_.stop_requested()) return fail_with(Error(Errc::canceled, "canceled"));
  const auto before = body_bytes_ + header_bytes_;
  if (paused_) {
    if (auto resumed = resume(); !resumed) return fail_with(std::move(resumed).error());
  }
  // Unpausing hands over what libcurl had kept: often enough without another system call.
  if (received_ > 0) return {};
  if (auto performed = multi_.perform(); !performed) return fail_with(std::move(performed).error());
  if (finished_ || body_bytes_ + header_bytes_ != before) return {};
  return wait();
}

Result<> Transfer::resume() {
  paused_ = false;
  const auto code = multi_.api().easy_pause(easy_.get(), CURLPAUSE_CONT);
  if (code == CURLE_OK || failure_) return {};
  return fail(Errc::unavailable, "libcurl, resuming: {}", multi_.api().easy_strerror(code));
}

Result<> Transfer::wait() {
  constexpr std::chrono::milliseconds kMaxWait{1000};
  // While connecting, libcurl's own timeout applies: CURLOPT_CONNECTTIMEOUT_MS.
  const bool connected = easy_.info_size(CURLINFO_PRETRANSFER_TIME_T) > 0;
  const bool sending = upload_ != nullptr && !upload_->finished();
  const bool unanswered = !has_headers_ && !sending;
  auto& detector = unanswered ? unanswered_ : stalled_;
  // Never 0: a window that has just ended still gets one look at the socket.
  const auto timeout =
      connected ? std::clamp(detector.left(), std::chrono::milliseconds(1), kMaxWait) : kMaxWait;

  const auto start = std::chrono::steady_clock::now();
  {
    const std::stop_callback wake(stop_, [this] { multi_.wakeup(); });
    if (auto polled = multi_.poll(timeout); !polled) return fail_with(std::move(polled).error());
  }
  if (!connected) return {};
  const auto moved =
      unanswered ? header_bytes_ : body_bytes_ + (upload_ != nullptr ? upload_->sent_bytes() : 0);
  if (!detector.add(std::chrono::steady_clock::now() - start, moved)) return {};
  return fail_with(Error(Errc::unavailable,
                         unanswered ? "the server did not answer in time" : "the transfer stalled",
                         ETIMEDOUT));
}

std::unexpected<Error> Transfer::fail_with(Error error) {
  if (!failure_) {
    error.add_frame(title_);
    failure_ = std::move(error);
  }
  return repeat_failure();
}

void Transfer::on_finished(CURLcode code) {
  finished_ = true;
  if (code == CURLE_OK || failure_) return;
  const auto peer = fmt::format("{}:{}", url_.host(), url_.port());
  (void)fail_with(make_curl_error({.code = code,
                                   .peer = peer,
                                   .proxy = proxy_,
                                   .connect_status = static_cast<int>(easy_.info(CURLINFO_HTTP_CONNECTCODE)),
                                   .os_errno = static_cast<int>(easy_.info(CURLINFO_OS_ERRNO)),
                                   .detail = detail_.data()}));
}

std::size_t Transfer::take_spare(MutableBytes buffer) {
  const auto rest = Bytes(spare_).subspan(spare_begin_, spare_end_ - spare_begin_);
  const auto taken = rest.first(std::min(rest.size(), buffer.size()));
  std::ranges::copy(taken, buffer.begin());
  spare_begin_ += taken.size();
  return taken.size();
}

}  // namespace corten::http
