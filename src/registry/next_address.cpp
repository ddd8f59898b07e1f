#include "registry/next_address.hpp"

namespace corten::registry {
namespace {

Result<http::Url> at_origin(const http::Url& origin, const http::Url& url) {
  const auto query = url.query() ? "?" + *url.query() : "";
  return http::Url::parse(origin.origin() + url.path() + query);
}

}  // namespace

Result<http::Url> resolve_next_address(const http::Url& from, std::string_view location, bool insecure) {
  auto url = from.resolve(location);
  if (!url) {
    auto error = std::move(url).error();
    error.set_kind(Errc::data_loss);
    return with_frame(std::move(error), "reading the address that '{}' gave", from.authority());
  }
  if (!from.is_https() || url->is_https()) return url->without_userinfo();
  if (url->host() == from.host()) return at_origin(from, *url);
  if (insecure) return url->without_userinfo();
  return with_hint(
      fail(Errc::failed_precondition, "the registry at {} sends this upload to '{}', which is not encrypted",
           from.origin(), http::redacted_url(*url)),
      "correct the registry's public address, or pass --tls-verify=false if you trust the network");
}

}  // namespace corten::registry
