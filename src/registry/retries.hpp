#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "registry/context.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// The tries of one request: decides whether another one makes sense, tells so and waits.
class Retries {
 public:
  /// A mirror gets two tries only: the next endpoint can give the same.
  Retries(Context& context, http::Method method, const Endpoint& endpoint, std::stop_token stop);

  /// True after waiting, when what came may pass with another try. canceled when asked to stop meanwhile.
  Result<bool> again(Result<Exchange>& outcome);
  Result<bool> again(const Error& error);
  /// Something has moved: counts from the first try again.
  void reset() { number_ = 1; }

 private:
  Result<bool> again(const http::FailedAttempt& attempt, std::string_view what);

  Context& context_;
  http::Method method_;
  std::string host_;
  http::RetryPolicy policy_;
  std::stop_token stop_;
  int number_ = 1;
};

}  // namespace corten::registry
