#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client_pool.hpp"
#include "http/method.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "registry/registries_config.hpp"

namespace corten::registry {

/// What a request may do: the scope that tokens are asked for ("repository:library/ubuntu:pull").
enum class Rights : std::uint8_t { pull, push, remove };

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
  std::string body = {};     ///< In memory: sent again as needed.
  Source* stream = nullptr;  ///< Or streamed, of `stream_bytes`: then never tried again here.
  std::optional<std::uint64_t> stream_bytes = {};
  std::optional<http::ByteRange> range = {};
  http::Follow follow = http::Follow::any;
  Rights rights = Rights::pull;
  /// Further repositories that the token must allow to pull from (a mount's source).
  std::vector<std::string> also_pull = {};
};

class Context;  // configuration, credentials, tokens, client pools: context.hpp

/// Speaks to one endpoint: https or, where allowed, http (found out once); answers 401 with credentials
/// (Basic, Bearer with tokens kept per scope); tries again what may pass, with backoff and Retry-After.
/// Thread-safe.
class Session {
 public:
  Session(std::shared_ptr<Context> context, Endpoint endpoint);
  ~Session();

  const Endpoint& endpoint() const { return endpoint_; }

  /// Any status but 401, 429 and 5xx is returned as it is; those are errors once nothing helps any more.
  Result<Exchange> send(const Call& call);

 private:
  std::shared_ptr<Context> context_;
  Endpoint endpoint_;
  struct State;
  std::unique_ptr<State> state_;
};

/// The error that an unexpected response stands for: kind by status, the registry's own words (its "errors"
/// array, capped and printable), and a hint. `doing` as in "fetching manifest 'latest' of 'host/name'".
/// An answer of text/html says that this is probably no registry.
Error response_error(Exchange& exchange, std::string_view doing);

}  // namespace corten::registry
