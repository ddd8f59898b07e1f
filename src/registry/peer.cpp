#include "registry/peer.hpp"

#include "http/host.hpp"
#include "registry/retries.hpp"

namespace corten::registry {
namespace {

bool is_loopback(std::string_view host) {
  const auto parts = http::split_host_port(host);
  return parts && http::is_loopback_host(parts->host);
}

}  // namespace

Peer::Peer(Context& context, const Endpoint& endpoint)
    : context_(context),
      endpoint_(endpoint),
      may_be_plain_(endpoint.insecure || context.options().tls_verify == TlsVerify::skipped ||
                    is_loopback(endpoint.host)),
      authorizer_(context, endpoint, may_be_plain_) {}

Result<http::ClientPool*> Peer::pool() {
  const std::scoped_lock lock(pool_mutex_);
  if (pool_) return &*pool_;
  const auto& options = context_.options();
  http::ClientOptions client{.proxies = options.proxies};
  if (options.find_tls) client.tls = TRY(options.find_tls(endpoint_.host));
  if (endpoint_.insecure || options.tls_verify == TlsVerify::skipped) {
    client.tls.verify = http::Verify::skipped;
  }
  return &pool_.emplace(std::move(client));
}

Result<Exchange> Peer::send(http::Request request, const std::stop_token& stop) {
  auto* clients = TRY(pool());
  auto client = TRY(clients->acquire());
  request.timeouts = context_.options().timeouts;
  auto response = TRY(client->send(std::move(request), stop));
  return Exchange{.client = std::move(client), .response = std::move(response)};
}

Result<http::Url> Peer::base() {
  const std::scoped_lock lock(base_mutex_);
  if (base_) return *base_;
  const auto https = TRY(http::Url::parse("https://" + endpoint_.host + "/"));
  if (!may_be_plain_) return base_.emplace(https);
  const auto found = TRY(find_base(https));
  return base_.emplace(found);
}

Result<Exchange> Peer::probe(const http::Url& base) {
  const auto url = TRY(base.resolve("/v2/"));
  return send({.url = url, .redirects = {.follow = http::Follow::none}}, context_.options().stop);
}

// Asks both ways instead of reading the words of TLS errors: a server without TLS may answer a ClientHello
// with anything.
Result<http::Url> Peer::find_base(const http::Url& https) {
  auto http = TRY(http::Url::parse("http://" + endpoint_.host + "/"));
  Retries retries(context_, http::Method::get, endpoint_, context_.options().stop);
  while (true) {
    auto secure = probe(https);
    if (secure) {
      authorizer_.learn(secure->response);
      secure->response.discard();
      return https;
    }
    if (secure.error().kind() == Errc::canceled) return std::unexpected(std::move(secure).error());
    auto plain = probe(http);
    if (is_plain(plain)) {
      authorizer_.learn(plain->response);
      plain->response.discard();
      return http;
    }
    // A 5xx may be the answer of a proxy that could not connect: nothing is known yet.
    const bool secure_may_pass = secure.error().kind() == Errc::unavailable;
    const bool again = TRY(secure_may_pass ? retries.again(secure.error()) : retries.again(plain));
    if (again) continue;
    if (plain && plain->response.status() >= 500) {
      return std::unexpected(response_error(*plain, fmt::format("asking '{}'", endpoint_.host)));
    }
    return std::unexpected(std::move(secure).error());
  }
}

bool Peer::is_plain(Result<Exchange>& answer) const {
  if (!answer) return false;
  const auto status = answer->response.status();
  // 400 is how servers answer http on a port of https, 407 the word of a proxy.
  return status != 400 && status != 407 && status < 500;
}

}  // namespace corten::registry
