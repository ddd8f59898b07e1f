#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "http/method.hpp"

namespace corten::http {

struct RetryPolicy {
  int max_attempts = 5;  ///< In total, the first one included.
  std::chrono::milliseconds first_delay{500};
  std::chrono::milliseconds max_delay{20'000};         ///< Cap of our own backoff.
  std::chrono::milliseconds max_retry_after{120'000};  ///< A server that asks for more is not waited for.
};

/// What became of one try: a response, or an error when there is none.
struct FailedAttempt {
  int number = 1;  ///< Of this try, from 1.
  Method method = Method::get;
  std::optional<int> status = std::nullopt;
  const Error* error = nullptr;
  std::optional<std::string_view> retry_after = std::nullopt;  ///< The header as it came.
};

/// How long to wait before the next try, or nothing: give up, a retry cannot help or could do harm.
///
/// Tried again are errors of kind unavailable and the statuses 408, 429, 500, 502, 503 and 504. POST and
/// PATCH only when the server cannot have acted on them: 429, 503, or a connection that was never made. The
/// delay doubles from first_delay up to max_delay; `random` from [0, 1) spreads it over the upper half, so
/// that many clients do not come back together. A Retry-After that asks for more is honoured; an unreadable
/// one is ignored.
std::optional<std::chrono::milliseconds> retry_delay(const RetryPolicy& policy, const FailedAttempt& attempt,
                                                     Timestamp now, double random);

/// Retry-After as a span from `now` (RFC 9110 section 10.2.3): whole seconds or an HTTP date; a date that has
/// passed is zero. At most a year.
Result<std::chrono::seconds> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace corten::http
