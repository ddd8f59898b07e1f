#include "http/retry.hpp"

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "http/chars.hpp"
#include "http/http_date.hpp"

namespace corten::http {
namespace {

constexpr std::int64_t kYearSeconds = 365LL * 24 * 3600;

bool never_connected(const Error& error) {
  return error.errnum() == ECONNREFUSED || error.errnum() == EHOSTUNREACH || error.errnum() == ENETUNREACH;
}

bool may_retry(const FailedAttempt& attempt) {
  const bool repeatable = is_idempotent(attempt.method);
  if (!attempt.status) {
    return attempt.error != nullptr && attempt.error->kind() == Errc::unavailable &&
           (repeatable || never_connected(*attempt.error));
  }
  switch (*attempt.status) {
    case 429:
    case 503:
      return true;  // refused before anything was done
    case 408:
    case 500:
    case 502:
    case 504:
      return repeatable;
    default:
      return false;
  }
}

std::chrono::milliseconds backoff(const RetryPolicy& policy, int attempt, double random) {
  auto ceiling = policy.first_delay;
  for (int i = 1; i < attempt && ceiling < policy.max_delay; ++i) ceiling *= 2;
  const auto capped = static_cast<double>(std::min(ceiling, policy.max_delay).count());
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(capped * (0.5 + std::clamp(random, 0.0, 1.0) / 2)));
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_delay(const RetryPolicy& policy, const FailedAttempt& attempt,
                                                     Timestamp now, double random) {
  if (attempt.number >= policy.max_attempts || !may_retry(attempt)) return std::nullopt;
  const auto delay = backoff(policy, attempt.number, random);
  if (!attempt.retry_after) return delay;
  const auto asked = parse_retry_after(*attempt.retry_after, now);
  if (!asked) return delay;
  if (*asked > policy.max_retry_after) return std::nullopt;
  return std::max<std::chrono::milliseconds>(delay, *asked);
}

Result<std::chrono::seconds> parse_retry_after(std::string_view text, Timestamp now) {
  const auto value = trim(text);
  std::int64_t seconds = 0;
  if (!value.empty() && std::ranges::all_of(value, is_digit)) {
    // Too many digits for 64 bits are a long time too.
    seconds = parse_int64(value, "Retry-After").value_or(kYearSeconds);
  } else {
    const auto date = TRY_CTX(parse_http_date(value, now), "reading Retry-After");
    seconds = date.seconds - now.seconds;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kYearSeconds));
}

}  // namespace corten::http
