#include "registry/session.hpp"

#include <algorithm>

#include "registry/peer.hpp"
#include "registry/retries.hpp"

namespace corten::registry {
namespace {

// Knows whether any of a body is gone, so that it cannot be sent again from its start.
class WatchedSource : public Source {
 public:
  explicit WatchedSource(Source* inner) : inner_(inner) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    touched_ = true;
    return inner_->read(buffer);
  }
  bool touched() const { return touched_; }

 private:
  Source* inner_;
  bool touched_ = false;
};

// What one call is made of once its URL is known.
struct Plan {
  http::Url url;
  bool own_origin;  ///< Credentials go there.
  bool may_be_plain;
};

Result<Plan> plan_call(const Call& call, const http::Url& base, bool may_be_plain) {
  const auto resolved =
      TRY_CTX(base.resolve(call.target), "the address of a request to '{}'", base.authority());
  auto url = resolved.without_userinfo();
  if (base.is_https() && !url.is_https() && !may_be_plain) {
    return with_hint(fail(Errc::failed_precondition, "'{}' sends us on to '{}', which is not encrypted",
                          base.authority(), http::redacted_url(url)),
                     "a registry behind a proxy must be told that the proxy speaks https "
                     "(X-Forwarded-Proto)");
  }
  const bool own = http::same_origin(url, base);
  return Plan{.url = std::move(url), .own_origin = own, .may_be_plain = may_be_plain};
}

Result<http::Request> make_request(const Call& call, const Plan& plan, Source* stream,
                                   const std::optional<std::string>& authorization) {
  http::Request request{.method = call.method, .url = plan.url, .headers = call.headers};
  if (authorization) TRY(request.headers.set("Authorization", *authorization));
  if (stream != nullptr) {
    request.body = http::Body::stream(*stream, call.stream_bytes);
  } else if (!call.body.empty()) {
    request.body = http::Body::bytes(call.body);
  }
  request.range = call.range;
  request.redirects = {
      .follow = call.follow, .allow_downgrade = plan.may_be_plain, .body_may_leave = call.body_may_leave};
  return request;
}

ScopeSet scopes_of(const Call& call, const Endpoint& endpoint) {
  ScopeSet scopes;
  if (!endpoint.repository.empty()) scopes.add_repository(endpoint.repository, call.rights);
  for (const auto& other : call.also_pull) scopes.add_repository(other, Rights::pull);
  return scopes;
}

// Whether the endpoint itself answered: after a redirect, a challenge of a storage host must not make us ask
// a token server of its choice (CVE-2020-15157).
bool is_own(const http::Response& response, const Plan& plan) {
  return plan.own_origin && http::same_origin(response.url(), plan.url);
}

// RFC 6750 section 3.1 gives insufficient_scope a 403; registries mostly answer 401.
bool asks_to_authenticate(const Result<Exchange>& outcome, const Plan& plan) {
  if (!outcome || !is_own(outcome->response, plan)) return false;
  const auto& response = outcome->response;
  if (response.status() == 401) return true;
  if (response.status() != 403 || !response.headers().has("WWW-Authenticate")) return false;
  const auto challenges = response.challenges();
  return challenges && std::ranges::any_of(*challenges, [](const http::Challenge& challenge) {
           return challenge.find("error") == "insufficient_scope";
         });
}

// After the last try.
Result<Exchange> conclude(Result<Exchange> outcome, const Plan& plan, const Call& call,
                          Authorizer& authorizer) {
  if (!outcome) return outcome;
  const auto status = outcome->response.status();
  const auto doing = [&] {
    return fmt::format("{} {}", http::to_string(call.method), http::redacted_url(plan.url));
  };
  if (status == 401 && is_own(outcome->response, plan))
    return std::unexpected(authorizer.denied(*outcome, doing()));
  if (status == 401 || status == 429 || status >= 500) {
    return std::unexpected(response_error(*outcome, doing()));
  }
  return outcome;
}

}  // namespace

Session::Session(std::shared_ptr<Context> context, Endpoint endpoint)
    : context_(std::move(context)), endpoint_(std::move(endpoint)), peer_(context_->peer(endpoint_)) {}

bool Session::unreachable() const { return peer_.unreachable(); }
void Session::set_unreachable() { peer_.set_unreachable(); }

Result<Exchange> Session::send(const Call& call) {
  const auto base = TRY(peer_.base());
  const auto plan = TRY(plan_call(call, base, peer_.may_be_plain()));
  const auto scopes = scopes_of(call, endpoint_);
  const auto stop = call.stop.stop_possible() ? call.stop : context_->options().stop;
  auto& authorizer = peer_.authorizer();

  std::optional<std::string> authorization;
  if (plan.own_origin) authorization = TRY(authorizer.authorization(scopes));
  WatchedSource watched(call.stream);
  Source* stream = call.stream != nullptr ? &watched : nullptr;
  Retries retries(*context_, call.method, endpoint_, stop);
  bool renewed = false;
  while (true) {
    auto request = TRY(make_request(call, plan, stream, authorization));
    auto outcome = peer_.send(std::move(request), stop);
    if (!renewed && asks_to_authenticate(outcome, plan)) {
      renewed = true;
      authorization = TRY(authorizer.renew(*outcome, scopes, authorization));
      if (watched.touched()) {
        return fail(Errc::unavailable, "'{}' asked for credentials after part of the body was sent",
                    endpoint_.host);
      }
      continue;
    }
    if (!watched.touched()) {
      const bool again = TRY(retries.again(outcome));
      if (again) continue;
    }
    return conclude(std::move(outcome), plan, call, authorizer);
  }
}

}  // namespace corten::registry
