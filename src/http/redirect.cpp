#include "http/redirect.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace corten::http {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Method method_after(Method method, int status) {
  if (status == 303 && method != Method::head) return Method::get;
  if ((status == 301 || status == 302) && method == Method::post) return Method::get;
  return method;
}

Result<> check_target(const RedirectPolicy& policy, const Url& from, const Url& to) {
  if (policy.follow == Follow::same_origin && !same_origin(from, to)) {
    return fail(Errc::failed_precondition, "redirected to '{}', which is not on {}", redacted_url(to),
                from.origin());
  }
  if (from.is_https() && !to.is_https() && !policy.allow_downgrade) {
    return fail(Errc::failed_precondition, "redirected from https to '{}', which is not encrypted",
                redacted_url(to));
  }
  return {};
}

}  // namespace

Result<std::optional<Hop>> next_hop(const RedirectPolicy& policy, Method method, const Url& from, int status,
                                    std::optional<std::string_view> location, int hops_so_far,
                                    bool has_body) {
  if (policy.follow == Follow::none || !is_redirect(status) || !location) return std::nullopt;
  if (hops_so_far >= policy.max_hops) {
    return fail(Errc::failed_precondition, "more than {} redirects", policy.max_hops);
  }
  const auto to = TRY_CTX(from.resolve(*location), "following a redirect");
  TRY(check_target(policy, from, to));
  const auto next = method_after(method, status);
  if (has_body && next == method && !policy.body_may_leave && !same_origin(from, to)) {
    return fail(Errc::failed_precondition,
                "redirected to '{}', which is not on {}: the request's body is not sent there",
                redacted_url(to), from.origin());
  }
  return Hop{.method = next,
             .url = to.without_userinfo(),
             .keeps_body = next == method,
             .keeps_credentials = same_origin(from, to)};
}

bool is_credential_header(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"Authorization",   "Proxy-Authorization", "Cookie",
                                                   "X-Registry-Auth", "X-Auth-Token",        "X-Api-Key"};
  return std::ranges::any_of(kNames, [&](auto known) { return equal_ignoring_case(known, name); });
}

}  // namespace corten::http
