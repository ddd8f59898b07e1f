#include "registry/retries.hpp"

#include <algorithm>

namespace corten::registry {
namespace {

constexpr int kMirrorAttempts = 2;

}  // namespace

Retries::Retries(Context& context, http::Method method, const Endpoint& endpoint, std::stop_token stop)
    : context_(context),
      method_(method),
      host_(endpoint.host),
      policy_(context.options().retry),
      stop_(std::move(stop)) {
  if (endpoint.is_mirror) policy_.max_attempts = std::min(policy_.max_attempts, kMirrorAttempts);
}

Result<bool> Retries::again(Result<Exchange>& outcome) {
  if (!outcome) return again(outcome.error());
  auto& response = outcome->response;
  const bool tried = TRY(again({.number = number_,
                                .method = method_,
                                .status = response.status(),
                                .retry_after = response.headers().find("Retry-After")},
                               fmt::format("'{}' answered {}", host_, response.status())));
  if (tried) response.discard();
  return tried;
}

Result<bool> Retries::again(const Error& error) {
  return again({.number = number_, .method = method_, .error = &error}, error.message());
}

Result<bool> Retries::again(const http::FailedAttempt& attempt, std::string_view what) {
  const auto delay = http::retry_delay(policy_, attempt, context_.clock(), context_.random());
  if (!delay) return false;
  ++number_;
  context_.tell(
      fmt::format("{}, trying again in {:.1f} s", what, static_cast<double>(delay->count()) / 1000.0));
  TRY(context_.wait(*delay, stop_));
  return true;
}

}  // namespace corten::registry
