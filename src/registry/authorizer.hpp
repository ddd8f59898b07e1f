#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "http/url.hpp"
#include "registry/context.hpp"
#include "registry/scope.hpp"
#include "registry/session.hpp"
#include "registry/token.hpp"

namespace corten::registry {

/// The Authorization headers for one host: remembers how the host wants requests to be authenticated (RFC
/// 7617 Basic, or Bearer with a token server as in distribution's "Token Authentication Specification") and
/// keeps tokens by scope until they expire. Threads that need the same token wait for one to fetch it.
/// Thread-safe.
class Authorizer {
 public:
  Authorizer(Context& context, const Endpoint& endpoint, bool may_be_plain)
      : context_(context), endpoint_(endpoint), may_be_plain_(may_be_plain) {}

  /// Takes note of the challenges of a 401; other responses say nothing.
  void learn(const http::Response& response);

  /// The header for a request that needs `scopes`, as far as is known what the host wants; nothing when it
  /// has not asked, or when asking for a token was refused: the answer to the request then says why.
  Result<std::optional<std::string>> authorization(const ScopeSet& scopes);

  /// The header to answer a 401 (or a 403 of insufficient scope) with, `sent` being what the request had.
  /// unauthenticated or permission_denied, in the registry's words, when there is nothing better to send.
  Result<std::string> renew(Exchange& refused, const ScopeSet& scopes,
                            const std::optional<std::string>& sent);

  /// What a request that was refused for good stands for, with a hint.
  Error denied(Exchange& refused, std::string_view doing);

  /// The last refresh token that a token server gave; empty without.
  std::string refresh_token();

 private:
  enum class Scheme : std::uint8_t { unknown, basic, bearer };
  struct Known {
    Scheme scheme = Scheme::unknown;
    std::string realm;
    std::string service;
  };
  struct Slot {
    std::mutex mutex;  // held while the token is fetched
    std::optional<Token> token;
  };

  static Result<Known> choose(const http::Response& response);
  Known known();
  Slot& slot(const std::string& key);
  Result<std::string> basic();
  Result<std::string> bearer(const Known& known, const ScopeSet& key, const ScopeSet& wanted,
                             const std::optional<std::string>& refused);
  bool is_fresh(const Token& token) const;

  Context& context_;
  Endpoint endpoint_;
  bool may_be_plain_;
  std::mutex mutex_;
  Known known_;
  std::map<std::string, Slot> tokens_;  // never erased: references stay valid
  std::string refresh_token_;
};

}  // namespace corten::registry
