#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "http/method.hpp"
#include "http/url.hpp"

namespace corten::http {

enum class Follow : std::uint8_t {
  none,         ///< A redirect is a response like any other.
  same_origin,  ///< Only to the same scheme, host and port; elsewhere is an error.
  any,          ///< Anywhere, but credentials stay behind when the scheme, host or port changes.
};

struct RedirectPolicy {
  Follow follow = Follow::same_origin;
  int max_hops = 10;
  /// From https to http: the answer could then come from anyone on the path. Only for hosts that the user
  /// called insecure.
  bool allow_downgrade = false;
  /// A redirect that keeps the method (307, 308, and others for PUT and the like) sends the body again; to
  /// another origin only with this. For uploads that a registry hands to its storage.
  bool body_may_leave = false;
};

/// The request that follows a redirect.
struct Hop {
  Method method;
  Url url;                 ///< Never with user info.
  bool keeps_body;         ///< False when the method became GET.
  bool keeps_credentials;  ///< False when the origin changed (CVE-2020-15157 and its family).
};

/// What a response asks for next: nothing if it is no redirect (or has no Location), or if none are followed.
/// 303 turns every method but HEAD into GET, 301 and 302 turn POST into GET, 307 and 308 change nothing
/// (RFC 9110 section 15.4). Fails when the policy forbids the target, also for a body that would be sent
/// there (`has_body`: the request answered had one), and on more than max_hops.
Result<std::optional<Hop>> next_hop(const RedirectPolicy& policy, Method method, const Url& from, int status,
                                    std::optional<std::string_view> location, int hops_so_far,
                                    bool has_body = false);

/// Headers that hold credentials: these stay behind when the origin changes.
bool is_credential_header(std::string_view name);

}  // namespace corten::http
