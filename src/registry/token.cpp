#include "registry/token.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "http/basic_auth.hpp"
#include "http/host.hpp"
#include "http/percent.hpp"
#include "registry/peer.hpp"
#include "registry/retries.hpp"

namespace corten::registry {
namespace {

constexpr std::string_view kClientId = "corten";
constexpr std::size_t kMaxAnswerBytes = std::size_t{1} * 1024 * 1024;
constexpr std::int64_t kDefaultSeconds = 60;  // the specification's, for answers without expires_in
constexpr std::int64_t kMaxSeconds = 365LL * 24 * 3600;

void add_field(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form.append(name).append("=").append(http::encode_query_value(value));
}

// distribution "OAuth2 token authentication": the scopes are one value there, not several.
Result<http::Request> refresh_request(const TokenRequest& wanted) {
  std::string form;
  add_field(form, "grant_type", "refresh_token");
  add_field(form, "service", wanted.service);
  add_field(form, "client_id", kClientId);
  if (!wanted.scopes.empty()) add_field(form, "scope", wanted.scopes.to_string());
  add_field(form, "refresh_token", wanted.credentials->identity_token);
  http::Request request{.method = http::Method::post, .url = wanted.realm};
  TRY(request.headers.add("Content-Type", "application/x-www-form-urlencoded"));
  request.body = http::Body::bytes(std::move(form));
  return request;
}

Result<http::Request> basic_request(const TokenRequest& wanted, OfflineToken offline) {
  http::Request request{.url = wanted.realm};
  if (wanted.credentials) request.url.add_query("account", wanted.credentials->username);
  request.url.add_query("client_id", kClientId);
  if (offline == OfflineToken::wanted) request.url.add_query("offline_token", "true");
  if (!wanted.service.empty()) request.url.add_query("service", wanted.service);
  for (const auto& scope : wanted.scopes.list()) request.url.add_query("scope", scope);
  if (wanted.credentials) {
    const auto value =
        TRY(http::basic_authorization(wanted.credentials->username, wanted.credentials->password));
    TRY(request.headers.add("Authorization", value));
  }
  return request;
}

Result<http::Request> make_request(const TokenRequest& wanted, OfflineToken offline) {
  if (wanted.credentials && !wanted.credentials->identity_token.empty()) return refresh_request(wanted);
  return basic_request(wanted, offline);
}

Endpoint realm_endpoint(const http::Url& realm, const Endpoint& endpoint) {
  const auto host = realm.authority();
  return {.host = host,
          .repository = "",
          .registry = endpoint.registry,
          .insecure = endpoint.insecure && host == endpoint.host,
          .is_mirror = endpoint.is_mirror};
}

Error refused(Exchange& exchange, const Endpoint& endpoint, const TokenRequest& wanted,
              std::string_view doing) {
  auto error = response_error(exchange, doing);
  if (error.kind() != Errc::unauthenticated && error.kind() != Errc::permission_denied) return error;
  if (wanted.credentials) {
    error.add_frame(fmt::format("the credentials for '{}' were refused", endpoint.registry));
  }
  error.set_hint(fmt::format("log in with 'corten login {}'", endpoint.registry));
  return error;
}

}  // namespace

Result<http::Url> check_realm(std::string_view realm, const Endpoint& endpoint, bool may_be_plain) {
  const auto url = TRY_CTX(http::Url::parse(realm), "the token server that '{}' names", endpoint.host);
  auto target = url.without_userinfo();
  if (target.is_https()) return target;
  const auto own = target.authority() == endpoint.host || http::is_loopback_host(target.host());
  if (may_be_plain && (own || endpoint.insecure)) return target;
  return with_hint(
      fail(Errc::permission_denied, "'{}' wants credentials to be sent to '{}', which is not encrypted",
           endpoint.host, http::redacted_url(target)),
      "say 'insecure = true' for this registry in registries.conf if its network is trusted");
}

Result<Token> fetch_token(Context& context, const Endpoint& endpoint, const TokenRequest& wanted) {
  const auto doing = fmt::format("asking '{}' for a token", wanted.realm.authority());
  const auto where = realm_endpoint(wanted.realm, endpoint);
  auto& peer = context.peer(where);
  const auto& stop = context.options().stop;
  // The POST asks for a token too: doing it twice does no harm, so it counts as GET.
  Retries retries(context, http::Method::get, where, stop);
  while (true) {
    auto request = TRY_CTX(make_request(wanted, context.options().offline_token), "{}", doing);
    const auto asked_at = context.clock();
    auto answer = peer.send(std::move(request), stop);
    const bool again = TRY(retries.again(answer));
    if (again) continue;
    if (!answer) return with_frame(std::move(answer).error(), "{}", doing);
    if (answer->response.status() != 200) {
      return std::unexpected(refused(*answer, endpoint, wanted, doing));
    }
    const auto text = TRY_CTX(answer->response.text(kMaxAnswerBytes), "{}", doing);
    return TRY_CTX(parse_token(text, asked_at), "{}", doing);
  }
}

Result<Token> parse_token(std::string_view json, Timestamp asked_at) {
  auto parsed = parse_json(json, "token answer");
  if (!parsed) {
    parsed.error().set_kind(Errc::data_loss);
    return std::unexpected(std::move(parsed).error());
  }
  const auto view = TRY(JsonView::of_object(*parsed, "token answer"));
  auto value = TRY(view.find_string("token"));
  if (!value || value->empty()) value = TRY(view.find_string("access_token"));
  if (!value || value->empty()) {
    return fail(Errc::data_loss, "token answer: neither 'token' nor 'access_token' is there");
  }
  const auto seconds = TRY(view.find_int("expires_in"));
  const auto refresh = TRY(view.find_string("refresh_token"));
  return Token{.value = std::move(*value),
               .asked_at = asked_at,
               .expires_in = std::clamp<std::int64_t>(seconds.value_or(kDefaultSeconds), 0, kMaxSeconds),
               .refresh_token = refresh.value_or("")};
}

}  // namespace corten::registry
