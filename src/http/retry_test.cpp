#include "http/retry.hpp"

#include <cerrno>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/http_date.hpp"

namespace corten::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Timestamp kNow{.seconds = 784'111'777};  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr RetryPolicy kPolicy{.max_attempts = 5,
                              .first_delay = milliseconds(100),
                              .max_delay = milliseconds(300),
                              .max_retry_after = seconds(60)};

TEST(Retry, DelaysDoubleUpToTheCap) {
  const auto delay = [](int number, double random) {
    return retry_delay(kPolicy, {.number = number, .status = 503}, kNow, random).value();
  };
  EXPECT_EQ(delay(1, 0.0), milliseconds(50));
  EXPECT_EQ(delay(1, 1.0), milliseconds(100));
  EXPECT_EQ(delay(2, 1.0), milliseconds(200));
  EXPECT_EQ(delay(3, 1.0), milliseconds(300));
  EXPECT_EQ(delay(4, 0.5), milliseconds(225));
  EXPECT_FALSE(retry_delay(kPolicy, {.number = 5, .status = 503}, kNow, 0.5));
}

TEST(Retry, StatusesThatMayPass) {
  const auto retried = [](Method method, int status) {
    return retry_delay(kPolicy, {.method = method, .status = status}, kNow, 0.5).has_value();
  };
  for (const int status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(retried(Method::get, status)) << status;
  for (const int status : {200, 301, 400, 401, 403, 404, 409, 416, 501})
    EXPECT_FALSE(retried(Method::get, status));
  for (const int status : {429, 503}) EXPECT_TRUE(retried(Method::post, status));
  for (const int status : {408, 500, 502, 504}) EXPECT_FALSE(retried(Method::patch, status));
  EXPECT_TRUE(retried(Method::put, 500));
}

TEST(Retry, ErrorsThatMayPass) {
  const auto retried = [](Method method, const Error& error) {
    return retry_delay(kPolicy, {.method = method, .error = &error}, kNow, 0.5).has_value();
  };
  EXPECT_TRUE(retried(Method::get, Error(Errc::unavailable, "reset", ECONNRESET)));
  EXPECT_FALSE(retried(Method::get, Error(Errc::failed_precondition, "certificate")));
  EXPECT_FALSE(retried(Method::get, Error(Errc::canceled, "canceled")));
  EXPECT_FALSE(retried(Method::get, Error(Errc::data_loss, "not HTTP")));
  // A POST that may have arrived is not sent twice.
  EXPECT_FALSE(retried(Method::post, Error(Errc::unavailable, "reset", ECONNRESET)));
  EXPECT_TRUE(retried(Method::post, Error(Errc::unavailable, "refused", ECONNREFUSED)));
  EXPECT_FALSE(retry_delay(kPolicy, {}, kNow, 0.5));
}

TEST(Retry, RetryAfterIsHonouredWithinReason) {
  const auto delay = [](std::string_view header) {
    return retry_delay(kPolicy, {.status = 429, .retry_after = header}, kNow, 1.0);
  };
  EXPECT_EQ(delay("7"), milliseconds(7000));
  EXPECT_EQ(delay(" 7 "), milliseconds(7000));
  EXPECT_EQ(delay("0"), milliseconds(100));
  EXPECT_EQ(delay("Sun, 06 Nov 1994 08:49:47 GMT"), milliseconds(10'000));
  EXPECT_EQ(delay("Sun, 06 Nov 1994 08:00:00 GMT"), milliseconds(100));
  EXPECT_EQ(delay("61"), std::nullopt);
  EXPECT_EQ(delay("99999999999999999999999"), std::nullopt);
  EXPECT_EQ(delay("soon"), milliseconds(100));
  EXPECT_EQ(delay("-5"), milliseconds(100));
}

RC_GTEST_PROP(Retry, DelayIsAlwaysWithinTheCap, (std::uint8_t attempts, std::uint16_t fraction)) {
  const RetryPolicy policy{.max_attempts = 1000};
  const auto delay = retry_delay(policy, {.number = attempts + 1, .status = 500}, kNow, fraction / 65536.0);
  RC_ASSERT(delay.has_value());
  RC_ASSERT(*delay >= policy.first_delay / 2);
  RC_ASSERT(*delay <= policy.max_delay);
}

TEST(HttpDate, ThreeFormsMeanTheSame) {
  for (const auto* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow).value(), kNow) << text;
  }
}

TEST(HttpDate, TwoDigitYearsAreNear) {
  const Timestamp in_2026{.seconds = 1'780'000'000};
  const auto year = [&](const char* text) {
    return format_rfc3339(parse_http_date(text, in_2026).value()).substr(0, 4);
  };
  EXPECT_EQ(year("Sunday, 06-Nov-26 08:49:37 GMT"), "2026");
  EXPECT_EQ(year("Sunday, 06-Nov-76 08:49:37 GMT"), "2076");
  EXPECT_EQ(year("Sunday, 06-Nov-77 08:49:37 GMT"), "1977");
}

TEST(HttpDate, OtherTextIsRefused) {
  for (const auto* text :
       {"", "now", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 6x Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov 08:49:37 GMT", "Sun, 06 Nom 1994 08:49:37 GMT", "Sun, 06 Nov 19944 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text, kNow).error().kind(), Errc::invalid_argument) << text;
  }
  EXPECT_FALSE(parse_http_date(std::string(100'000, ' '), kNow));
}

}  // namespace
}  // namespace corten::http
