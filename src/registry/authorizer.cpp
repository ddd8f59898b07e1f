#include "registry/authorizer.hpp"

#include <algorithm>

#include "http/basic_auth.hpp"

namespace corten::registry {
namespace {

constexpr std::string_view kBearer = "Bearer ";

Error with_login_hint(Error error, const Endpoint& endpoint) {
  error.set_hint(
      fmt::format("log in with 'corten login {}', if the repository exists at all", endpoint.registry));
  return error;
}

}  // namespace

Result<Authorizer::Known> Authorizer::choose(const http::Response& response) {
  const auto challenges = TRY(response.challenges());
  Known known;
  std::string names;
  for (const auto& challenge : challenges) {
    const auto realm = challenge.find("realm");
    if (challenge.scheme == "bearer" && realm) {
      return Known{.scheme = Scheme::bearer,
                   .realm = std::string(*realm),
                   .service = std::string(challenge.find("service").value_or(""))};
    }
    if (challenge.scheme == "basic") known.scheme = Scheme::basic;
    names.append(names.empty() ? "" : ", ").append(challenge.scheme);
  }
  if (known.scheme == Scheme::unknown && !names.empty()) {
    return fail(Errc::unsupported, "the server wants authentication by {}: expected Bearer or Basic", names);
  }
  return known;
}

void Authorizer::learn(const http::Response& response) {
  if (response.status() != 401) return;
  auto chosen = choose(response);
  if (!chosen) return;  // the request that needs it will say so
  const std::scoped_lock lock(mutex_);
  known_ = std::move(*chosen);
}

Authorizer::Known Authorizer::known() {
  const std::scoped_lock lock(mutex_);
  return known_;
}

Authorizer::Slot& Authorizer::slot(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  return tokens_[key];
}

std::string Authorizer::refresh_token() {
  const std::scoped_lock lock(mutex_);
  return refresh_token_;
}

Result<std::optional<std::string>> Authorizer::authorization(const ScopeSet& scopes) {
  const auto known = this->known();
  if (known.scheme == Scheme::unknown) return std::nullopt;
  auto header = known.scheme == Scheme::basic ? basic() : bearer(known, scopes, scopes, std::nullopt);
  if (header) return std::move(*header);
  const auto kind = header.error().kind();
  if (kind == Errc::unauthenticated || kind == Errc::permission_denied) return std::nullopt;
  return std::unexpected(std::move(header).error());
}

Result<std::string> Authorizer::renew(Exchange& refused, const ScopeSet& scopes,
                                      const std::optional<std::string>& sent) {
  const auto doing = fmt::format("logging in to '{}'", endpoint_.host);
  const auto known = TRY_CTX(choose(refused.response), "{}", doing);
  if (known.scheme == Scheme::unknown || (known.scheme == Scheme::basic && sent)) {
    return std::unexpected(denied(refused, doing));
  }
  learn(refused.response);
  if (known.scheme == Scheme::basic) {
    auto header = basic();
    if (header || header.error().kind() != Errc::unauthenticated) return header;
    return std::unexpected(denied(refused, doing));
  }
  auto wanted = scopes;
  const auto challenges = TRY_CTX(refused.response.challenges(), "{}", doing);
  for (const auto& challenge : challenges) {
    if (challenge.scheme == "bearer") wanted.merge(challenge.find("scope").value_or(""));
  }
  return bearer(known, scopes, wanted, sent);
}

Error Authorizer::denied(Exchange& refused, std::string_view doing) {
  auto error = response_error(refused, doing);
  const auto credentials = context_.credentials(endpoint_.registry);
  if (!credentials) return credentials.error().clone();
  if (!credentials->has_value()) {
    error.set_kind(Errc::unauthenticated);
    return with_login_hint(std::move(error), endpoint_);
  }
  // A token server that gave a token has accepted who we are: what is missing is the right.
  if (known().scheme == Scheme::bearer) error.set_kind(Errc::permission_denied);
  error.set_hint(
      fmt::format("the credentials for '{0}' were not enough; 'corten login {0}' replaces stored ones",
                  endpoint_.registry));
  return error;
}

Result<std::string> Authorizer::basic() {
  const auto credentials = TRY(context_.credentials(endpoint_.registry));
  if (!credentials || credentials->username.empty()) {
    return std::unexpected(with_login_hint(
        Error(Errc::unauthenticated, fmt::format("'{}' wants a user name and a password", endpoint_.host)),
        endpoint_));
  }
  return http::basic_authorization(credentials->username, credentials->password);
}

// The key is what the caller asks for each time; `wanted` may hold more, which the registry asked for.
Result<std::string> Authorizer::bearer(const Known& known, const ScopeSet& key, const ScopeSet& wanted,
                                       const std::optional<std::string>& refused) {
  auto& entry = slot(fmt::format("{} {} {}", known.realm, known.service, key.to_string()));
  const std::scoped_lock lock(entry.mutex);
  const auto header = [&] { return std::string(kBearer) + entry.token->value; };
  // Another thread may have replaced the refused one already.
  if (entry.token && is_fresh(*entry.token) && refused != header()) return header();
  entry.token.reset();
  auto realm = TRY(check_realm(known.realm, endpoint_, may_be_plain_));
  auto credentials = TRY(context_.credentials(endpoint_.registry));
  entry.token = TRY(fetch_token(context_, endpoint_,
                                {.realm = std::move(realm),
                                 .service = known.service,
                                 .scopes = wanted,
                                 .credentials = std::move(credentials)}));
  if (!entry.token->refresh_token.empty()) {
    const std::scoped_lock known_lock(mutex_);
    refresh_token_ = entry.token->refresh_token;
  }
  return header();
}

bool Authorizer::is_fresh(const Token& token) const {
  // A request must still arrive in time.
  const auto margin = std::min<std::int64_t>(token.expires_in / 4, 10);
  return context_.clock().seconds < token.asked_at.seconds + token.expires_in - margin;
}

}  // namespace corten::registry
