#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "http/url.hpp"
#include "registry/context.hpp"
#include "registry/scope.hpp"

namespace corten::registry {

/// A bearer token and what came with it.
struct Token {
  std::string value;
  Timestamp asked_at;              ///< By our clock, so that servers with another one do no harm.
  std::int64_t expires_in = 60;    ///< Seconds from asked_at.
  std::string refresh_token = {};  ///< If one was asked for and given.
};

struct TokenRequest {
  http::Url realm;
  std::string service;
  ScopeSet scopes;
  std::optional<Credentials> credentials;
};

/// Where tokens for an endpoint may be asked for. The realm is chosen by the registry, and credentials go
/// there: token servers on another host are the rule (registry-1.docker.io names auth.docker.io), so the
/// host may be any, as in Docker. The way must be safe: https, or http only where the registry itself may be
/// reached without TLS (`may_be_plain`), and then to a loopback host, the registry's own host, or any host if
/// the user called the registry insecure. permission_denied otherwise (CVE-2020-15157 and its family).
Result<http::Url> check_realm(std::string_view realm, const Endpoint& endpoint, bool may_be_plain);

/// Asks the token server (distribution "Token Authentication Specification"): GET with Basic credentials or
/// none, or, with an identity token, POST (distribution "OAuth2 token authentication"). unauthenticated when
/// it refuses, data_loss when its answer holds no token.
Result<Token> fetch_token(Context& context, const Endpoint& endpoint, const TokenRequest& request);

/// The answer of a token server: "token" or "access_token", "expires_in", "refresh_token".
Result<Token> parse_token(std::string_view json, Timestamp asked_at);

}  // namespace corten::registry
