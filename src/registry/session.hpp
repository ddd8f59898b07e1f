#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "http/client_pool.hpp"
#include "http/method.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "registry/registries_config.hpp"
#include "registry/scope.hpp"

namespace corten::registry {

/// A response and the connection it reads from.
struct Exchange {
  http::ClientPool::Lease client;
  http::Response response;
};

/// A request to one endpoint, before authentication.
struct Call {
  http::Method method = http::Method::get;
  /// "/v2/library/ubuntu/blobs/sha256:..." at the endpoint, or a whole URL that the registry gave (an
  /// upload's Location), which gets credentials only if it is of the endpoint's origin.
  std::string target;
  http::Headers headers = {};
  std::string body = {};  ///< In memory: sent again as needed.
  /// Or streamed, of `stream_bytes`: then tried again here only if none of it has been read.
  Source* stream = nullptr;
  std::optional<std::uint64_t> stream_bytes = {};
  std::optional<http::ByteRange> range = {};
  http::Follow follow = http::Follow::any;
  /// A redirect may take the body to another origin: uploads that a registry hands to its storage.
  bool body_may_leave = false;
  Rights rights = Rights::pull;
  /// Further repositories that the token must allow to pull from (a mount's source).
  std::vector<std::string> also_pull = {};
  /// Ends the exchange in place of the context's own; whoever sets it passes that one's wish on.
  std::stop_token stop = {};
};

class Context;  // configuration, credentials, tokens, connections: context.hpp
class Peer;

/// Speaks to one endpoint: https or, where allowed, http (found out once); answers 401 with credentials
/// (Basic, Bearer with tokens kept per scope); tries again what may pass, with backoff and Retry-After.
/// Thread-safe.
class Session {
 public:
  Session(std::shared_ptr<Context> context, Endpoint endpoint);

  const Endpoint& endpoint() const { return endpoint_; }
  Context& context() const { return *context_; }
  /// "host/repository", for messages.
  std::string name() const { return endpoint_.host + "/" + endpoint_.repository; }

  /// Any status but 401, 429 and 5xx is returned as it is; those are errors once nothing helps any more.
  /// A streamed body that was read from when the server asked for credentials gives unavailable: the caller
  /// may begin again.
  Result<Exchange> send(const Call& call);

  /// Whether somebody found that the host cannot be reached: mirrors are then left out for the rest of the
  /// process.
  bool unreachable() const;
  void set_unreachable();

 private:
  std::shared_ptr<Context> context_;  // shared: repositories and open blobs outlive the client
  Endpoint endpoint_;
  Peer& peer_;
};

/// The error that an unexpected response stands for: kind by status, the registry's own words (its "errors"
/// array, capped and printable), and a hint. `doing` as in "fetching manifest 'latest' of 'host/name'".
/// An answer of text/html says that this is probably no registry. Reads the body.
Error response_error(Exchange& exchange, std::string_view doing);

}  // namespace corten::registry
